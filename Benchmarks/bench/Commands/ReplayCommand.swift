import ArgumentParser
import Foundation
import Processes
import Results
import SystemPackage

/// One row of a run again.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Measures one cell of a run again: same seed, addresses, layouts and nodes.",
    discussion: """
      The cell is the one that the run recorded in its plan.json. The addresses must come out the \
      same: another checksum than the row's ends with exit status 2.
      """)

  @Argument(
    help: ArgumentHelp("The run: a directory under results/.", valueName: "run"),
    completion: .directory)
  var recordedRun: String

  @Argument(help: "The row of its summary.csv, counted from 1 without the header.")
  var row: Int

  @Option(help: "Seconds that measuring may take; by default the cell's part of the run's.")
  var budget: Double?

  @OptionGroup var session: SessionOptions

  func run() throws {
    let recorded = try Run.load(FilePath(recordedRun))
    guard recorded.summary.indices.contains(row - 1) else {
      throw ValidationError(
        "row \(row) is not in \(recordedRun)/summary.csv, which has rows 1 to \(recorded.summary.count)"
      )
    }
    let old = recorded.summary[row - 1]
    let plan = try Plan(of: recorded).forOne(cell: old.cell, budget: budget)
    guard let planned = plan.cells.first(where: { $0.index == old.cell }) else {
      throw FailedRun(
        description: "\(recordedRun)/plan.json has no cell \(old.cell): it is of another run")
    }
    let outcome = try Session(
      plan: plan, left: [], options: session,
      commandLine: ["bench"] + ProgramArguments.typed, cells: [planned]
    ).run()
    try outcome.endIfStopped()
    guard let again = outcome.rows.first(where: { $0.arm == old.arm }) else {
      throw FailedRun(
        description: outcome.meta.unmeasured.last.map { "\($0.what): \($0.why)" } ?? "no result")
    }
    guard again.checksum == old.checksum else {
      throw FailedRun(
        description: "the replay's checksum is \(again.checksum.map(\.description) ?? "missing"), "
          + "the row's \(old.checksum.map(\.description) ?? "missing"): not the same addresses")
    }
    print("then:")
    print(SummaryTable(recorded.summary.filter { $0.cell == old.cell }, arms: .all).render())
    print("now:")
    outcome.print(.table, allArms: true, on: Screen())
  }
}

extension Plan {
  /// The same plan with a budget for one cell: the cell's part of the run's, unless another is named.
  fileprivate func forOne(cell: Int, budget: Double?) -> Plan {
    let budget = budget ?? max(1, self.budget / Double(cells.count))
    return Plan(
      cells: cells, budget: budget, looks: Plan.looks(budget: budget, cells: 1), margin: margin,
      acceptsPlacement: acceptsPlacement, setup: setup)
  }
}
