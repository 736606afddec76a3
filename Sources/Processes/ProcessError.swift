import SystemErrors
public import SystemPackage

/// Why something could not be done with a process, or did not end as it should.
public enum ProcessError: Error, Equatable, Sendable {
  /// A system call failed; `attempt` is what it was for, and with which values.
  case system(attempt: String, errno: Errno)
  /// A command could not be started.
  case unstartable(command: String, errno: Errno)
  /// A command ended otherwise than with status 0.
  case failed(command: String, Ending)
  /// A command took too long and was killed.
  case timeout(command: String, Duration)
  /// A command printed more than it may and was killed.
  case tooMuchOutput(command: String, limit: Int)
}

extension ProcessError: CustomStringConvertible {
  /// One line: what was attempted, with which values, and the way out.
  public var description: String {
    switch self {
    case .system(let attempt, let errno):
      "cannot \(attempt): \(errno); \(errno.wayOut ?? Self.refusal)"
    case .unstartable(let command, let errno):
      "cannot start '\(command)': \(errno); "
        + (errno == .noSuchFileOrDirectory && command.hasPrefix("/proc/")
          ? "mount it: 'mount -t proc proc /proc'"
          : errno.wayOutOfStarting ?? errno.wayOut ?? Self.refusal)
    case .failed(let command, let ending):
      "'\(command)' failed (\(ending)): run it by hand to see why"
    case .timeout(let command, let limit):
      "'\(command)' did not end within \(limit): is the machine overloaded, or its disk gone?"
    case .tooMuchOutput(let command, let limit):
      "'\(command)' printed more than \(limit) bytes: is it the program that it should be?"
    }
  }

  private static let refusal =
    "check owners, modes and security policies (seccomp, SELinux): 'strace -f' shows what is refused"
}

extension Errno {
  /// What a person can do where a program can't be executed; nil where that is not what is wrong.
  fileprivate var wayOutOfStarting: String? {
    switch self {
    case .noSuchFileOrDirectory: "install it, or put it on PATH"
    case .permissionDenied, .notPermitted:
      "check that you may read and execute it, and that no security policy forbids it"
    case .invalidArgument: "an argument can't hold a zero byte"
    case .execFormatError: "it is not a program for this machine"
    case .argListTooLong: "give fewer or shorter arguments, or raise 'ulimit -s'"
    default: nil
    }
  }
}
