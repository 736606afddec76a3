import ArgumentParser
import Foundation
import Processes
import Results
import SystemPackage
import TimedLoops
import Vmemmap

/// What this machine resolves now.
struct SelfTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract:
      "Plants slow-downs of known size into a timed loop and tells which of them are found.",
    discussion: """
      The loop is a chain of compound_head() on heads; every \(plantedInterval) operations wait for \
      \(plantedAdditions.dropFirst().map(String.init).joined(separator: ", ")) additions more. The \
      size of an addition is measured with the largest delay.
      """)

  @Option(help: "Seconds that measuring may take.")
  var budget = 5.0

  @Option(help: "Processes to measure in, 1 to 64.")
  var processes = 3

  @Option(help: "The seed of all random choices; a fresh one by default.")
  var seed: UInt64?

  @OptionGroup var session: SessionOptions

  func validate() throws { _ = try planOptions() }

  /// A plan of the smallest kind, of which only its last cell is measured.
  private func planOptions() throws(ValidationError) -> PlanOptions {
    var arguments = [
      "--preset", "smoke", "--order", "0", "--budget", "\(budget)", "--processes", "\(processes)",
    ]
    if let seed { arguments += ["--seed", "\(seed)"] }
    do {
      return try PlanOptions.parse(arguments)
    } catch {
      // With this command's usage, not the other's.
      throw ValidationError(PlanOptions.message(for: error))
    }
  }

  func run() throws {
    try requireOptimisedTimings()
    let (plan, left) = try planOptions().plan(on: try .current())
    let outcome = try Session(
      plan: plan, left: left, options: session,
      commandLine: ["bench"] + ProgramArguments.typed, cells: plan.cells.suffix(1), isLatest: false
    ).run()
    try outcome.endIfStopped()
    guard let steps = outcome.meta.sensitivity?.steps, let sensitivity = outcome.sensitivity else {
      throw FailedRun(description: "the self-test was interrupted before it had a result")
    }
    for step in steps {
      print(
        "planted \(percent(step.planted)), measured \(percent(step.measured)): \(step.outcome)")
    }
    print(sensitivity)
    print("\(outcome.directory.path)/samples.csv, seed \(outcome.meta.seed)")
  }
}
