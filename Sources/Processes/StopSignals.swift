import CProcesses
import Glibc
import SystemPackage

/// A signal that asks a program to end, or tells it that its time is up: batch systems send SIGUSR1 and
/// SIGXCPU before they kill.
public enum StopSignal: Int32, CaseIterable, Sendable {
  case hangup = 1
  case interrupt = 2
  case quit = 3
  case user = 10
  case alarm = 14
  case terminate = 15
  case cpuTime = 24

  /// What a program that ends because of it returns, as shells have it: 128 + the signal's number.
  public var exitStatus: Int32 { 128 + rawValue }
}

extension StopSignal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .hangup: "SIGHUP"
    case .interrupt: "SIGINT"
    case .quit: "SIGQUIT"
    case .user: "SIGUSR1"
    case .alarm: "SIGALRM"
    case .terminate: "SIGTERM"
    case .cpuTime: "SIGXCPU"
    }
  }
}

/// Ctrl-C, SIGTERM and the other ``StopSignal``s as wishes to be taken between two steps, as long as the
/// value lives; those that come later, or were not taken, act as before.
///
/// Make it while the process has one thread: another would be ended by the signals, or take them.
/// Signals that the process ignores from its start, such as SIGHUP under `nohup`, stay ignored. A
/// child of this process does not inherit that they wait.
public final class StopSignals {
  private var signals = sigset_t()
  private var before = sigset_t()
  /// Can be read when a signal has come; nil where no descriptor could be had.
  let descriptor: FileDescriptor?
  private var holdsFirst = false

  public init() {
    unsafe sigemptyset(&signals)
    // A signal that waits is delivered even where it is ignored.
    for signal in StopSignal.allCases where !cpr_is_ignored(signal.rawValue) {
      unsafe sigaddset(&signals, signal.rawValue)
    }
    unsafe pthread_sigmask(SIG_BLOCK, &signals, &before)
    let number = unsafe cpr_signalfd(&signals)
    descriptor = number < 0 ? nil : FileDescriptor(rawValue: number)
  }

  deinit {
    try? descriptor?.close()
    let held = holdsFirst ? cpr_end_noting() : 0
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    if held != 0 { raise(held) }
  }

  /// For what must be finished and can't be stopped between two steps: one signal, which may have come
  /// before, acts when this value ends, and the next one at once.
  public func holdFirst() {
    guard !holdsFirst else { return }
    holdsFirst = true
    unsafe cpr_note_first(&signals)
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// A signal that has come and was not taken yet. Returns at once.
  public func take() -> StopSignal? {
    if let descriptor { return StopSignal(rawValue: cpr_take_signal(descriptor.rawValue)) }
    var noTime = timespec()
    return StopSignal(rawValue: unsafe sigtimedwait(&signals, nil, &noTime))
  }
}
