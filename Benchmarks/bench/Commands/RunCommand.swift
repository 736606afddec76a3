import ArgumentParser
import Processes
import Results
import SystemPackage
import Text
import Vmemmap

/// Measures a plan.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Measures, prints the answer, and leaves a directory of CSV files.")

  @OptionGroup var options: PlanOptions

  @OptionGroup var session: SessionOptions

  @Option(help: "What to call the run or its machine: a column of summary.csv.")
  var label: String?

  @Option(
    help: "Name the run as a baseline for 'bench compare --baseline', once it is complete.")
  var saveBaseline: String?

  @Option(help: "What to print on standard output.")
  var format = PrintedFormat.matrix

  @Option(help: "Colours of the matrix.")
  var color = ColorUse.auto

  @Flag(help: "Show every arm, in a table, not only those of new kernels.")
  var allArms = false

  @Option(
    help: ArgumentHelp(
      """
      Go on with a run that was cut short: its plan, its seeds, in its directory. No option that says \
      what to measure goes with it.
      """, valueName: "run"), completion: .directory)
  var resume: String?

  @Flag(help: "Print timings of a build without optimisation, which say nothing about the kernel.")
  var allowDebugBuild = false

  func validate() throws {
    if resume != nil {
      // Whether an option was given the parser does not tell.
      let printing: Set = [
        "--resume", "--format", "--color", "--all-arms", "--allow-debug-build", "--quiet",
      ]
      let options = ProgramArguments.typed.filter { $0.hasPrefix("--") }
      let given = options.map { $0.prefix { $0 != "=" } }
      if let other = given.first(where: { !printing.contains(String($0)) }) {
        throw ValidationError(
          "\(other) can't go with --resume: the run goes on as it was planned; leave it out, or begin a "
            + "new run")
      }
    }
    if let saveBaseline { try requireBaselineName(saveBaseline, option: "--save-baseline") }
    guard let label else { return }
    // What tools that read tables take for a number, or for nothing.
    let words: Set = ["", "na", "n/a", "nan", "null", "none", "true", "false", "inf"]
    guard !words.contains(label.lowercased()), Double(label) == nil,
      label.count <= RunCommand.longestLabel, label == label.onOneLine,
      // What bytes become that are no UTF-8: different ones would be one name.
      !label.unicodeScalars.contains("\u{fffd}")
    else {
      throw ValidationError(
        "--label '\(label.onOneLine.prefix(RunCommand.longestLabel))' can't be told from a number or nothing in a "
          + "table, is over \(RunCommand.longestLabel) characters, or has tabs, other controls or what is no UTF-8; "
          + "take a name such as web-42")
    }
  }

  private static let longestLabel = 64

  func run() throws {
    if !allowDebugBuild { try requireOptimisedTimings(orPass: "--allow-debug-build") }
    if let resume {
      let outcome = try Resumption(of: FilePath(resume)).finish(isQuiet: session.quiet)
      outcome.print(format, allArms: allArms, on: .standardOutput(color))
      return try outcome.endIfStopped()
    }
    let (plan, left) = try options.plan(on: try .current())
    if let budget = options.budget, plan.expectedSeconds > 1.5 * budget, !session.quiet {
      StandardError.write(
        "--budget \(budget.plain) is too little for \(plan.cells.count.counted("cell")): about "
          + "\(plan.expectedSeconds.rounded().plain) s are taken; narrow what is measured, or take fewer "
          + "--processes than \(plan.setup.processes)\n")
    }
    let typed = ProgramArguments.typed
    let outcome = try Session(
      plan: plan, left: left, options: session, label: label,
      commandLine: ["bench", "run"] + (typed.first == "run" ? Array(typed.dropFirst()) : typed)
    ).run()
    outcome.print(format, allArms: allArms, on: .standardOutput(color))
    try outcome.endIfStopped()
    if let saveBaseline {
      try Baseline.save(saveBaseline, of: outcome.directory, in: FilePath(session.output))
    }
  }
}

/// Refuses what would be no name for a file in the folder of baselines.
func requireBaselineName(_ name: String, option: String) throws(ValidationError) {
  guard Baseline.isName(name) else {
    throw ValidationError(
      "\(option) '\(name.prefix(64))' is no name: take letters, digits, points, underscores and "
        + "hyphens, a letter or digit first, 64 at most")
  }
}

/// Refuses what can't be the number of processes that measure.
func requireProcesses(_ count: Int) throws(ValidationError) {
  guard PlanOptions.processCounts.contains(count) else {
    throw ValidationError(
      "--processes \(count) is out of range: 1 to \(PlanOptions.processCounts.upperBound)")
  }
}

/// Refuses what can't be the seconds that measuring may take.
func requireBudget(_ seconds: Double, option: String) throws(ValidationError) {
  guard seconds > 0, seconds <= PlanOptions.longestBudget else {
    throw ValidationError(
      "\(option) \(seconds) is not a positive number of seconds, up to "
        + PlanOptions.longestBudget.plain)
  }
}
