import ArgumentParser
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

  func run() throws {
    #if DEBUG
      guard allowDebugBuild else {
        throw ValidationError(
          "this is a debug build, whose timings say nothing about the kernel; build with "
            + "'swift build -c release', or pass --allow-debug-build")
      }
    #endif
    let (plan, left) = try options.plan(on: .current())
    let typed = CommandLine.arguments.dropFirst()
    let outcome = try Session(
      plan: plan, left: left, output: FilePath(output),
      commandLine: ["bench", "run"] + (typed.first == "run" ? typed.dropFirst() : typed)
    ).run()
    outcome.print(format, allArms: allArms)
    try outcome.endIfStopped()
  }
}

extension SummaryTable.Format: ExpressibleByArgument {}
