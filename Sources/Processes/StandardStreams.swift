import CProcesses
import Glibc
public import SystemPackage

/// Standard input, output and error of this process.
public enum StandardStreams {
  /// Makes them safe to use; call it before anything else.
  ///
  /// Those that are closed are opened on /dev/null: otherwise the next file that is opened has their
  /// number, and holds what is printed. A stream that can't be written, and a file that would exceed
  /// its limit, are errors from here on, not signals to die of. And Ctrl-\ ends it at once again: Swift's
  /// runtime takes SIGQUIT for a crash, and looks into that for many seconds.
  public static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    if !cpr_is_ignored(SIGQUIT) { signal(SIGQUIT, SIG_DFL) }
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
      // The lowest free number is given. Without /dev, what can be neither read nor written will do.
      if unsafe open("/dev/null", O_RDWR) < 0 { _ = unsafe open("/", O_RDONLY) }
    }
    cpr_prepare_standard_output()
  }
}

/// Standard output, which `print()` writes to.
public enum StandardOutput {
  /// Writes out what was printed, and tells why the first of it that is missing could not be written.
  public static func finish() -> Errno? {
    let error = cpr_finish_standard_output()
    return error == 0 ? nil : Errno(rawValue: error)
  }

  /// Whether a person reads it as it is printed.
  public static var isTerminal: Bool { isatty(STDOUT_FILENO) != 0 }

  /// How many columns a reader has: COLUMNS where it is set, or what the terminal says; nil where
  /// neither is there.
  public static var columns: Int? {
    columns(wanted: variable("COLUMNS"), terminal: Int(cpr_columns(STDOUT_FILENO)))
  }

  /// - Parameter terminal: 0 where there is none, or it does not say.
  static func columns(wanted: String?, terminal: Int) -> Int? {
    [wanted.flatMap(Int.init), terminal].compactMap(\.self).first { $0 > 0 }
  }

  /// What the environment holds.
  static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}

/// Standard error, for what a person should know and a program can do without.
public enum StandardError {
  /// Whether it is a terminal where a line can be written over.
  public static var isRewritable: Bool {
    guard isatty(STDERR_FILENO) != 0, let kind = unsafe getenv("TERM") else { return false }
    return unsafe String(cString: kind) != "dumb"
  }

  /// The columns of the terminal; nil where there is none, or it does not say.
  public static var columns: Int? {
    let columns = cpr_columns(STDERR_FILENO)
    return columns > 0 ? Int(columns) : nil
  }

  /// Writes a text. What can't be written is dropped, as is the rest once nobody has taken anything
  /// for so long.
  public static func write(_ text: String, patience: Duration = .seconds(1)) {
    let bytes = Array(text.utf8)
    let deadline = Deadline.now + patience
    var written = 0
    while written < bytes.count {
      // A pipe that is not full takes so many bytes without waiting, a terminal that is not stopped, too.
      var stream = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
      let ready = unsafe poll(&stream, 1, deadline.millisecondsLeft)
      guard ready > 0 || ready < 0 && errno == EINTR else { return }
      if ready < 0 { continue }
      let part = bytes[written...].prefix(Int(PIPE_BUF))
      let count = unsafe part.withUnsafeBytes {
        unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR && errno != EAGAIN || Deadline.now >= deadline {
        return
      }
    }
  }
}
