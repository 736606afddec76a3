import SystemPackage

extension Command {
  /// Runs the command to its end.
  ///
  /// - Parameters:
  ///   - limit: the most bytes that it may print.
  ///   - timeout: the longest time that it may take.
  ///   - errors: where its complaints go.
  /// - Returns: all that it printed.
  /// - Throws: what was exceeded, or how else it ended than with status 0.
  public func collect(
    limit: Int, timeout: Duration, errors: ChildProcess.Errors = .null
  ) throws(ProcessError) -> [UInt8] {
    try Self.collect([self], limit: limit, timeout: timeout, errors: errors)[0]
  }

  /// Runs the commands at the same time, each as ``collect(limit:timeout:errors:)`` does; all are
  /// ended where one fails.
  public static func collect(
    _ commands: [Command], limit: Int, timeout: Duration, errors: ChildProcess.Errors = .null
  ) throws(ProcessError) -> [[UInt8]] {
    let deadline = Deadline.now + timeout
    var running: [Running] = []
    for command in commands {
      running.append(Running(try ChildProcess(command, output: .pipe, errors: errors)))
    }
    while true {
      var awaited: [FileDescriptor?] = []
      var mustLook = false
      for one in running where one.child.ending == nil {
        awaited += [one.child.handle, one.child.output]
        if one.child.handle == nil { mustLook = true }
      }
      guard !awaited.isEmpty else { return running.map(\.printed) }
      let slice = mustLook ? .now + ChildProcess.interval : deadline
      _ = try SystemCall.poll(awaited, until: min(slice, deadline))
      for one in running { try one.take(limit: limit) }
      guard Deadline.now < deadline else {
        guard let slow = running.first(where: { $0.child.ending == nil }) else { continue }
        throw .timeout(command: "\(slow.child.command)", timeout)
      }
    }
  }
}

/// A child and what it has printed.
private final class Running {
  var child: ChildProcess
  var printed: [UInt8] = []
  private var isDone = false

  init(_ child: consuming ChildProcess) { self.child = child }

  /// Reads what is there.
  func take(limit: Int) throws(ProcessError) {
    while !isDone {
      switch try child.next(into: &printed, until: .now) {
      case .output:
        guard printed.count <= limit else {
          throw .tooMuchOutput(command: "\(child.command)", limit: limit)
        }
      case .endOfOutput: break
      case .ended(let ending):
        isDone = true
        guard ending.isSuccess else { throw .failed(command: "\(child.command)", ending) }
      case .stop, .timeout: return
      }
    }
  }
}
