import ArgumentParser
import Foundation
import Measurement
import Processes
import Results
import SystemPackage

/// One row of a run again, or some of its cells.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Measures one cell of a run again: same seed, addresses, layouts and nodes.",
    discussion: """
      The cell is the one that the run recorded in its plan.json. The addresses must come out the \
      same: another checksum than the row's ends with exit status 2.

      With --cells several cells are measured, and nothing is compared; --seed and --processes then \
      say what shall be otherwise than in the run. So 'bench compare' measures suspects again.
      """)

  @Argument(
    help: ArgumentHelp("The run: a directory under results/.", valueName: "run"),
    completion: .directory)
  var recordedRun: String

  @Argument(help: "The row of its summary.csv, counted from 1 without the header.")
  var row: Int?

  @Option(help: "Cells of the run, by number, in place of a row.")
  var cells: ValueList<Int>?

  @Option(help: "Another seed for the cells' addresses and orders; the run's by default.")
  var seed: UInt64?

  @Option(help: "Processes to measure the cells in, 1 to 64; as many as in the run by default.")
  var processes: Int?

  @Option(help: "Seconds that measuring may take; by default the cells' part of the run's.")
  var budget: Double?

  @OptionGroup var session: SessionOptions

  func validate() throws {
    guard (row == nil) != (cells == nil) else {
      throw ValidationError("give the number of a row, or --cells, and not both")
    }
    if cells == nil && (seed != nil || processes != nil) {
      throw ValidationError(
        "a row is measured with the run's own seed and processes: give --cells for others")
    }
    if let processes { try requireProcesses(processes) }
    if let budget { try requireBudget(budget, option: "--budget") }
  }

  func run() throws {
    try requireOptimisedTimings()
    let recorded = try Run.load(FilePath(recordedRun))
    guard let row else { return try measure(Set(cells?.values ?? []), of: recorded) }
    guard !recorded.summary.isEmpty else {
      throw ValidationError("\(recordedRun) has no rows: it is \(recorded.meta.status.rawValue)")
    }
    guard row >= 1, row <= recorded.summary.count else {
      throw ValidationError(
        "row \(row) is not in \(recordedRun)/summary.csv, which has rows 1 to \(recorded.summary.count)"
      )
    }
    let old = recorded.summary[row - 1]
    let outcome = try outcome([old.cell], of: recorded)
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

  private func measure(_ cells: Set<Int>, of recorded: Run) throws {
    let outcome = try outcome(cells, of: recorded)
    print(SummaryTable(outcome.rows, arms: .all).render(), terminator: "")
    print("\(outcome.directory.path)/summary.csv, seed \(outcome.meta.seed)")
  }

  /// Measures cells of a recorded run.
  private func outcome(_ cells: Set<Int>, of recorded: Run) throws -> Session.Outcome {
    let plan = try Plan(of: recorded).forSome(
      cells: cells.count, budget: budget, seed: seed, processes: processes)
    let planned = plan.cells.filter { cells.contains($0.index) }
    guard planned.count == cells.count, !cells.isEmpty else {
      let missing = cells.subtracting(planned.map(\.index)).sorted().map(String.init)
      let why = "\(recordedRun)/plan.json has no cell \(missing.joined(separator: ", "))"
      if row == nil { throw ValidationError("\(why), but 0 to \(plan.cells.count - 1)") }
      throw FailedRun(description: "\(why): it is of another run")
    }
    let outcome = try Session(
      plan: plan, left: [], options: session,
      commandLine: ["bench"] + ProgramArguments.typed, cells: planned,
      // A row of results/latest can be measured again and again.
      readsCode: row != nil, isLatest: row == nil
    ).run()
    try outcome.endIfStopped()
    return outcome
  }
}

extension Plan {
  /// The same plan for some of its cells: with their part of the budget, unless another is named.
  fileprivate func forSome(cells count: Int, budget: Double?, seed: UInt64?, processes: Int?)
    -> Plan
  {
    let budget = budget ?? max(1, self.budget * Double(count) / Double(cells.count))
    let processes = processes ?? setup.processes
    return Plan(
      cells: cells, budget: budget,
      looks: processes < VerdictRule().fewestProcesses
        ? 1 : Plan.looks(budget: budget, cells: count),
      margin: margin, acceptsPlacement: acceptsPlacement,
      setup: Setup(
        seed: seed ?? setup.seed, processes: processes, layouts: setup.layouts,
        caches: setup.caches, patchesKey: setup.patchesKey, isNUMA: setup.isNUMA,
        bindsToNodes: setup.bindsToNodes, availableMemory: setup.availableMemory))
  }
}
