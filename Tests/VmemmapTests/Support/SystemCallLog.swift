import Synchronization
import SystemPackage

@testable import Vmemmap

/// The model's system calls on this thread, in order; those at some positions fail.
final class SystemCallLog: Sendable {
  private let attempts = Mutex<[String]>([])
  private let failing: Range<Int>
  private let beforeEach: @Sendable (String) -> Void

  /// - Parameters:
  ///   - failing: the positions at which calls fail, from 0, as if memory had run out.
  ///   - beforeEach: told of each call before it is made.
  init(failing: Range<Int> = 0..<0, beforeEach: @escaping @Sendable (String) -> Void = { _ in }) {
    self.failing = failing
    self.beforeEach = beforeEach
  }

  var all: [String] { attempts.withLock { $0 } }

  func record<R>(_ body: () throws -> R) rethrows -> R {
    try SystemCall.$fault.withValue({ self.note($0) }, operation: body)
  }

  private func note(_ attempt: String) -> Errno? {
    beforeEach(attempt)
    return attempts.withLock {
      $0.append(attempt)
      return failing.contains($0.count - 1) ? .noMemory : nil
    }
  }
}
