import Dispatch
import Foundation

/// Runs the body on threads of its own, with the thread's number, and waits for all of them.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let group = DispatchGroup()
  for number in 0..<count { startThread(group) { body(number) } }
  group.wait()
}

/// Runs one body on a thread of its own and another one here, and waits for both.
func withThread(
  _ other: @escaping @Sendable () -> Void, whileRunning body: () throws -> Void
) rethrows {
  let group = DispatchGroup()
  startThread(group, other)
  defer { group.wait() }
  try body()
}

private func startThread(_ group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
  group.enter()
  Thread {
    body()
    group.leave()
  }.start()
}

/// Lets another thread run.
func yieldThread() {
  sched_yield()
}
