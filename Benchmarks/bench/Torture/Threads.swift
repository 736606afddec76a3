import Foundation

/// Starts threads that run a body each, with the thread's number.
///
/// - Returns: a group that is empty when all have ended.
func startThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> DispatchGroup {
  let group = DispatchGroup()
  for number in 0..<count {
    group.enter()
    Thread {
      body(number)
      group.leave()
    }.start()
  }
  return group
}
