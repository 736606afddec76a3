import Glibc
import Processes

/// Ctrl-C, or an end by SIGTERM, SIGHUP or SIGQUIT, as a wish to stop and keep what is finished.
///
/// Make it before any thread; while it lives, the signals wait to be looked at.
final class Interruption {
  let signals = StopSignals()
  /// The first that came.
  private(set) var signal: StopSignal?

  /// Looks whether a signal has come meanwhile.
  var isRequested: Bool {
    if signal == nil { signal = signals.take() }
    return signal != nil
  }

  /// Notes a signal. A second one while the run is being stopped ends this process at once, and what it
  /// has started with it.
  func request(_ signal: StopSignal) {
    guard self.signal != nil else {
      self.signal = signal
      return
    }
    _exit(signal.exitStatus)
  }
}
