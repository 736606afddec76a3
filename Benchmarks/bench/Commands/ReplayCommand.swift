import ArgumentParser
import Foundation
import Results
import SystemPackage

/// One row of a run again.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Measures one cell of a run again: same seed, addresses, layouts and nodes.",
    discussion: """
      The addresses must come out the same: another checksum than the row's ends with exit status 2, \
      because then this program no longer makes the same plan of the recorded command line.
      """)

  @Argument(help: ArgumentHelp("The run: a directory under results/.", valueName: "run"))
  var recordedRun: String

  @Argument(help: "The row of its summary.csv, counted from 1 without the header.")
  var row: Int

  @Option(help: "Seconds that measuring may take; by default the cell's part of the run's.")
  var budget: Double?

  @Option(help: "The directory that run directories are made in.")
  var output = "results"

  func run() throws {
    let recorded = try Run.load(FilePath(recordedRun))
    guard recorded.summary.indices.contains(row - 1) else {
      throw ValidationError(
        "row \(row) is not in \(recordedRun)/summary.csv, which has rows 1 to \(recorded.summary.count)"
      )
    }
    let old = recorded.summary[row - 1]
    var arguments = Array(recorded.meta.commandLine.dropFirst(2))
    arguments += ["--seed", "\(recorded.meta.seed)", "--output", output]
    if let budget { arguments += ["--budget", "\(budget)"] }
    let (whole, left) = try RunCommand.parse(arguments).options.plan(on: .current())
    guard whole.cells.indices.contains(old.cell) else {
      throw FailedRun(
        description:
          "cell \(old.cell) is not in the plan that this program makes of \(recordedRun) here")
    }
    if budget == nil {
      arguments += ["--budget", "\(max(1, whole.budget / Double(whole.cells.count)))"]
    }
    let plan = try RunCommand.parse(arguments).options.plan(on: .current()).plan
    let outcome = try Session(
      plan: plan, left: left, output: FilePath(output), arguments: arguments, cells: [old.cell]
    ).run()
    guard let again = outcome.rows.first(where: { $0.arm == old.arm }) else {
      throw FailedRun(description: "the replay was interrupted before it had a result")
    }
    guard again.checksum == old.checksum else {
      throw FailedRun(
        description: "the replay's checksum is \(again.checksum.map(\.description) ?? "missing"), "
          + "the row's \(old.checksum.map(\.description) ?? "missing"): not the same addresses")
    }
    print("then:")
    print(SummaryTable(recorded.summary.filter { $0.cell == old.cell }, arms: .all).render())
    print("now:")
    outcome.print(.table, allArms: true)
  }
}
