import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, or an end by SIGTERM, as a wish to stop and keep what is finished.
///
/// Unchecked because of the signal sources, which are touched by the initialiser only.
final class Interruption: @unchecked Sendable {
  private struct State {
    var isRequested = false
    var action: @Sendable () -> Void = {}
  }

  private let state = Mutex(State())
  private let sources: [any DispatchSourceSignal]

  init() {
    let queue = DispatchQueue(label: "interruption")
    sources = [SIGINT, SIGTERM].map {
      signal($0, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: $0, queue: queue)
    }
    for source in sources {
      source.setEventHandler { [weak self] in self?.request() }
      source.resume()
    }
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
