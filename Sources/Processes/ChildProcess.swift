import CProcesses
import Glibc
import SystemPackage

/// A program started by this one, which ends and leaves nothing behind when the value's life ends.
///
/// Everything is done by the thread that calls, with `poll()` and a deadline, and nothing here makes a
/// thread: what starts and ends children must work where no thread can be had. That is why neither
/// Foundation's `Process` nor swift-subprocess is used.
///
/// The child has no descriptor but the standard streams, and no signal is blocked there. What this process's parent ignores, such as SIGHUP under `nohup`, it ignores, too.
public struct ChildProcess: ~Copyable {
  /// What the child finds on its standard input.
  public enum Input: Sendable {
    case null
    /// These bytes, however many, and then the end of the file.
    case bytes([UInt8])
  }

  /// Where the child's standard output goes.
  public enum Output: Sendable {
    /// To this process, which reads it with ``next(into:until:or:)``.
    case pipe
    case null
    case inherited
  }

  /// Where the child's standard error goes.
  public enum Errors: Sendable {
    case null
    case inherited
  }

  public let command: Command
  public let id: Int32
  /// How it ended, once that is known.
  public private(set) var ending: Ending?
  /// The end of a pipe to read from, until the child's end of it is closed.
  var output: FileDescriptor?
  /// Tells of the child's end; nil where the kernel gives none.
  var handle: FileDescriptor?

  /// How long a child may take to be gone once it was killed, before it is left to the system.
  private static let patience = Duration.seconds(5)
  /// How often to look where the kernel does not tell.
  static let interval = Duration.milliseconds(10)

  /// Starts a program.
  ///
  /// - Throws: ``ProcessError/system(attempt:errno:)``.
  public init(
    _ command: Command, input: Input = .null, output: Output = .inherited,
    errors: Errors = .inherited
  ) throws(ProcessError) {
    var file: FileDescriptor?
    if case .bytes(let bytes) = input { file = try SystemCall.memoryFile(bytes, for: command) }
    defer { try? file?.close() }
    let pipe = output == .pipe ? try SystemCall.pipe(for: command) : nil
    defer { try? pipe?.write.close() }
    let target =
      switch output {
      case .pipe: pipe?.write.rawValue ?? -1
      case .null: -1 as Int32
      case .inherited: STDOUT_FILENO
      }
    do throws(ProcessError) {
      id = try command.spawn(
        input: file?.rawValue ?? -1, output: target, errors: errors == .null ? -1 : STDERR_FILENO)
    } catch {
      try? pipe?.read.close()
      throw error
    }
    self.command = command
    self.output = pipe?.read
    // Without one, looking again and again has to do.
    let descriptor = cpr_pidfd_open(id)
    handle = descriptor < 0 ? nil : FileDescriptor(rawValue: descriptor)
  }

  deinit {
    if ending == nil {
      Glibc.kill(id, SIGKILL)
      _ = try? SystemCall.ending(of: id, handle, until: .now + Self.patience)
    }
    try? output?.close()
    try? handle?.close()
  }

  /// Sends a signal, unless the child is known to have ended.
  public func kill(_ signal: Int32 = SIGKILL) {
    // Until it was waited for, its number is nobody else's.
    if ending == nil { Glibc.kill(id, signal) }
  }

  /// Waits for the end, and no longer than until the deadline; nil if it still runs then.
  ///
  /// Its output is not read meanwhile: a child that prints more than a pipe holds waits, too.
  public mutating func wait(until deadline: Deadline) throws(ProcessError) -> Ending? {
    if ending == nil { ending = try SystemCall.ending(of: id, handle, until: deadline) }
    return ending
  }
}

extension SystemCall {
  /// How a child ended; nil if it still runs at the deadline.
  fileprivate static func ending(
    of child: pid_t, _ handle: FileDescriptor?, until deadline: Deadline
  ) throws(ProcessError) -> Ending? {
    while true {
      if let ending = try ending(of: child) { return ending }
      guard Deadline.now < deadline else { return nil }
      _ = try poll(
        [handle],
        until: handle == nil ? min(deadline, .now + ChildProcess.interval) : deadline)
    }
  }
}
