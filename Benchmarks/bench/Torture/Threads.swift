import Dispatch
import Synchronization
import Vmemmap

/// Starts threads that run a body each, with the thread's number; none runs it where one can't be had.
///
/// - Returns: a group that is empty when all have ended.
/// - Throws: ``VmemmapError/system(attempt:errno:)``.
func startThreads(
  _ count: Int, _ body: @escaping @Sendable (Int) -> Void
) throws(VmemmapError) -> DispatchGroup {
  let group = DispatchGroup()
  let gate = Gate()
  do throws(VmemmapError) {
    for number in 0..<count {
      group.enter()
      do throws(VmemmapError) {
        try startThread {
          if gate.isOpened() { body(number) }
          group.leave()
        }
      } catch {
        group.leave()
        throw error
      }
    }
  } catch {
    gate.decide(false)
    group.wait()
    throw error
  }
  gate.decide(true)
  return group
}

/// What threads wait at until it is decided whether they may go on.
private final class Gate: Sendable {
  private let isOpen = Mutex<Bool?>(nil)
  private let decided = DispatchSemaphore(value: 0)

  func decide(_ isOpen: Bool) {
    self.isOpen.withLock { $0 = isOpen }
    decided.signal()
  }

  func isOpened() -> Bool {
    decided.wait()
    // Each lets the next one see it.
    decided.signal()
    return isOpen.withLock { $0 == true }
  }
}
