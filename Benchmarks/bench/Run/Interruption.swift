import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, as a wish to stop and keep what is finished.
///
/// Unchecked because of the signal source, which is touched by its initialiser only.
final class Interruption: @unchecked Sendable {
  private struct State {
    var isRequested = false
    var action: @Sendable () -> Void = {}
  }

  private let state = Mutex(State())
  private let source: any DispatchSourceSignal

  init() {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(
      signal: SIGINT, queue: DispatchQueue(label: "interruption"))
    source.setEventHandler { [weak self] in self?.request() }
    source.resume()
  }

  var isRequested: Bool { state.withLock { $0.isRequested } }

  /// Sets what stops the work in hand; done at once if the wish came before.
  func onRequest(_ action: @escaping @Sendable () -> Void) {
    let isRequested = state.withLock {
      $0.action = action
      return $0.isRequested
    }
    if isRequested { action() }
  }

  private func request() {
    let action = state.withLock {
      $0.isRequested = true
      return $0.action
    }
    action()
  }
}
