import ArgumentParser
import Foundation
import Results
import SystemPackage
import Vmemmap

/// Measures a plan.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Measures, prints a table, and leaves a directory of CSV files.")

  @OptionGroup var options: PlanOptions

  @Option(help: "The directory that run directories are made in.")
  var output = "results"

  @Option(help: "What to print on standard output: table, csv or json.")
  var format = SummaryTable.Format.table

  @Flag(help: "Show every arm in the table, not only those of new kernels.")
  var allArms = false

  @Flag(help: "Print timings of a build without optimisation, which say nothing about the kernel.")
  var allowDebugBuild = false

  @OptionGroup(visibility: .hidden) var work: WorkOptions

  func run() throws {
    #if DEBUG
      guard allowDebugBuild else {
        throw ValidationError(
          "this is a debug build, whose timings say nothing about the kernel; build with "
            + "'swift build -c release', or pass --allow-debug-build")
      }
    #endif
    let (plan, left) = try options.plan(on: .current())
    if let process = work.workerProcess {
      try measure(plan, process: process)
    } else {
      // As they were typed: the measuring processes make the same plan of them.
      let typed = CommandLine.arguments.dropFirst()
      let arguments = typed.first == "run" ? typed.dropFirst() : typed
      let session = Session(
        plan: plan, left: left, output: FilePath(output), arguments: Array(arguments))
      try session.run().print(format, allArms: allArms)
    }
  }

  /// Measures as one of a run's processes, and tells about it on standard output.
  private func measure(_ plan: Plan, process: Int) throws {
    // The run decides when to stop, and keeps what was told until then.
    signal(SIGINT, SIG_IGN)
    endWithoutListener()
    let encoder = JSONEncoder()
    func tell(_ message: WorkerMessage) throws {
      try FileHandle.standardOutput.write(
        contentsOf: encoder.encode(message) + [UInt8(ascii: "\n")])
    }
    do {
      try Worker(
        plan: plan, process: process, cells: work.workerCells?.values ?? [],
        seconds: work.workerSeconds
      ).run { try tell($0) }
    } catch let error as WrongAnswer {
      try tell(.failure("wrong answer: \(error.description)"))
    } catch let error as VmemmapError {
      try tell(.failure(error.description))
    }
  }
}

/// Ends this process quietly once nobody reads its standard output any more: a run that was killed
/// or has failed must not leave it measuring.
private func endWithoutListener() {
  signal(SIGPIPE, SIG_DFL)
  Thread.detachNewThread {
    // Asked for nothing, a pipe still reports that its reader is gone.
    var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    while unsafe poll(&output, 1, -1) != 1 {}
    _exit(EXIT_FAILURE)
  }
}

/// How a run tells its measuring processes what to do; not for people.
struct WorkOptions: ParsableArguments {
  @Option var workerProcess: Int?
  @Option var workerCells: ValueList<Int>?
  @Option var workerSeconds = 0.0

  /// The arguments that are read back as these options.
  static func arguments(process: Int, cells: [Int], seconds: Double) -> [String] {
    [
      "--worker-process", "\(process)", "--worker-seconds", "\(seconds)",
      "--worker-cells", cells.map(String.init).joined(separator: ","),
    ]
  }
}

extension SummaryTable.Format: ExpressibleByArgument {}
