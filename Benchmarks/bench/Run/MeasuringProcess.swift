import Foundation
import Processes
import SystemPackage

/// A process of its own that measures a plan once and tells about it line by line.
struct MeasuringProcess: ~Copyable {
  private var child: ChildProcess

  /// Starts this program again with `arguments`.
  init(arguments: [String]) throws(ProcessError) {
    let command = Command(
      FilePath(Executable.url.path), arguments.map(Command.Argument.init(_:)))
    child = try ChildProcess(command, output: .pipe)
  }

  /// Hands over each message as it comes, until the process ends; a wish to stop ends it.
  ///
  /// - Returns: how the process ended.
  mutating func messages(
    until interruption: Interruption, _ body: (WorkerMessage) throws -> Void
  ) throws -> Ending {
    let decoder = JSONDecoder()
    var pending: [UInt8] = []
    while true {
      switch try child.next(
        into: &pending, until: .now + .seconds(3600), or: interruption.signals)
      {
      case .output(let count):
        var begin = 0
        // What was there before has no end of a line.
        var unread = pending.count - count
        while let newline = pending[unread...].firstIndex(of: UInt8(ascii: "\n")) {
          try body(try decoder.decode(WorkerMessage.self, from: Data(pending[begin..<newline])))
          begin = newline + 1
          unread = begin
        }
        pending.removeFirst(begin)
      case .endOfOutput, .timeout: break
      case .stop(let signal):
        interruption.request(signal)
        // It has nothing to put in order.
        child.kill()
      case .ended(let ending): return ending
      }
    }
  }
}
