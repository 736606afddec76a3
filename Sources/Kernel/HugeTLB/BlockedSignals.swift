import Glibc

/// Signals that end or stop a program, made to wait. Right where no other thread could take them.
struct BlockedSignals {
  private var before = sigset_t()

  init() {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for signal in [
      SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU,
    ] { unsafe sigaddset(&signals, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &signals, &before)
  }

  /// One that came while they waited is delivered now.
  func unblock() {
    var mask = before
    unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
  }
}
