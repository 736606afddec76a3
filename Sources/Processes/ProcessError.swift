public import SystemPackage

/// Why something could not be done with a process, or did not end as it should.
public enum ProcessError: Error, Equatable, Sendable {
  /// A system call failed; `attempt` is what it was for, and with which values.
  case system(attempt: String, errno: Errno)
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
      "cannot \(attempt): \(errno)" + (errno.wayOut.map { "; \($0)" } ?? "")
    case .failed(let command, let ending):
      "'\(command)' failed (\(ending)): run it by hand to see why"
    case .timeout(let command, let limit):
      "'\(command)' did not end within \(limit): is the machine overloaded, or its disk gone?"
    case .tooMuchOutput(let command, let limit):
      "'\(command)' printed more than \(limit) bytes: is it the program that it should be?"
    }
  }
}

extension Errno {
  /// What a person can do where a process can't be started or watched; nil where nothing is known.
  var wayOut: String? {
    switch self {
    case .resourceTemporarilyUnavailable:
      "too many processes: end some, raise 'ulimit -u', or pids.max of the control group"
    case .noMemory:
      "free memory, or raise 'ulimit -v' or the control group's memory.max"
    case .tooManyOpenFiles:
      "raise the limit on open files of this process: 'ulimit -n 64'"
    case .tooManyOpenFilesInSystem:
      "the whole system has too many open files: close some, or raise fs.file-max"
    case .noSuchFileOrDirectory: "install it, or put it on PATH"
    case .permissionDenied, .notPermitted:
      "check that you may read and execute it, and that no security policy forbids it"
    case .execFormatError: "it is not a program for this machine"
    case .argListTooLong: "give fewer or shorter arguments, or raise 'ulimit -s'"
    default: nil
    }
  }
}
