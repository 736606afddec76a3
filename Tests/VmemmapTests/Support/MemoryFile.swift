import Glibc
import Synchronization

/// The memory file of this process's only memory map, looked at without the model.
struct MemoryFile: Sendable {
  private let descriptor: Int32

  /// Nil where no memory map, or more than one, is open.
  init?() {
    let found = Self.descriptors
    guard found.count == 1 else { return nil }
    descriptor = found[0]
  }

  /// What the names of memory maps' files begin with, in /proc.
  static let name = "/memfd:vmemmap-"

  /// Those of all memory maps that this process has.
  static var descriptors: [Int32] {
    (0..<1024).filter { descriptor in
      var path = [CChar](repeating: 0, count: 64)
      let length = unsafe readlink("/proc/self/fd/\(descriptor)", &path, path.count)
      let bytes = path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
      return String(decoding: bytes, as: UTF8.self).hasPrefix(name)
    }
  }

  var allocatedBytes: Int {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_blocks) * 512 : -1
  }

  /// The most that was allocated at any of the moments looked at, again and again, until the body
  /// has returned.
  func peak(while body: () throws -> Void) rethrows -> Int {
    let watch = Watch()
    let look: @Sendable () -> Void = {
      repeat {
        watch.peak.store(
          max(watch.peak.load(ordering: .relaxed), allocatedBytes), ordering: .relaxed)
      } while !watch.isOver.load(ordering: .relaxed)
    }
    try withThread(look) {
      defer { watch.isOver.store(true, ordering: .relaxed) }
      while watch.peak.load(ordering: .relaxed) < 0 { yieldThread() }
      try body()
    }
    return watch.peak.load(ordering: .relaxed)
  }

  private final class Watch: Sendable {
    let peak = Atomic(-1)
    let isOver = Atomic(false)
  }
}
