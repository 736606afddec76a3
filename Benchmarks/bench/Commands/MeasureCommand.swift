import ArgumentParser
import Foundation
import Host
import Processes
import SystemPackage
import Vmemmap

/// Measures as one of a run's processes: reads an assignment, tells of each cell in a line.
///
/// Not for people. All that it does was decided by the run that started it.
struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measures as one of the processes of 'bench run', which starts it.",
    shouldDisplay: false)

  @Argument(help: "What the process is called in lists of processes.")
  var name = ""

  func run() throws {
    do {
      try measure()
    } catch let error as ValidationError {
      throw error
    } catch let error as WrongAnswer {
      try Self.tell(.failure("wrong answer: \(error.description)"))
    } catch let error as Unheard {
      // Only the run has errors to show; this one says why it will be told of an early end.
      StandardError.write("measuring process: \(error)\n")
      throw ExitCode(CommandEnding.systemError)
    } catch {
      try Self.tell(.refused("\(error)"))
    }
  }

  private func measure() throws {
    let assignment: Assignment
    do {
      let told = try Data(FileDescriptor.standardInput.readToEnd())
      assignment = try JSONDecoder().decode(Assignment.self, from: told)
    } catch is DecodingError {
      throw ValidationError(
        "'bench measure' is started by 'bench run' only, which tells it what to do")
    } catch let error as Errno {
      throw ProcessError.system(attempt: "read what to measure", errno: error)
    }
    // A run that was killed or has failed must not leave this process measuring.
    try ParentProcess.endWithParent(assignment.parent)
    ParentProcess.yieldMemory()
    ParentProcess.askForWarningOfCPUTime()
    try Worker(assignment: assignment).run { try Self.tell($0) }
  }

  /// The run can't be told anything.
  private struct Unheard: Error, CustomStringConvertible {
    let errno: Errno
    var description: String { "cannot tell what was measured: \(errno)" }
  }

  private static func tell(_ message: WorkerMessage) throws {
    let line = try JSONEncoder().encode(message) + [UInt8(ascii: "\n")]
    do {
      try FileDescriptor.standardOutput.writeAll(line)
    } catch let error as Errno {
      throw Unheard(errno: error)
    }
  }
}
