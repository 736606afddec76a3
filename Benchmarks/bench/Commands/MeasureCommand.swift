import ArgumentParser
import Foundation
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
    let told = try Data(FileDescriptor.standardInput.wholeFile())
    guard let assignment = try? JSONDecoder().decode(Assignment.self, from: told) else {
      throw ValidationError(
        "'bench measure' is started by 'bench run' only, which tells it what to do")
    }
    // A run that was killed or has failed must not leave this process measuring.
    try ParentProcess.endWithParent(assignment.parent)
    let encoder = JSONEncoder()
    func tell(_ message: WorkerMessage) throws {
      try FileDescriptor.standardOutput.writeAll(
        encoder.encode(message) + [UInt8(ascii: "\n")])
    }
    do {
      try Worker(assignment: assignment).run { try tell($0) }
    } catch let error as WrongAnswer {
      try tell(.failure("wrong answer: \(error.description)"))
    }
  }
}

extension FileDescriptor {
  /// What is left of a file that ends.
  fileprivate func wholeFile() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let part = try unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      if part.isEmpty { return bytes }
      bytes += part
    }
  }
}
