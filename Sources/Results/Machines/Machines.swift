/// The same cells on several machines: where they agree, and where code that proves faster on one proves
/// slower on another.
public struct Machines: Sendable {
  /// In the order in which their runs were given.
  let machines: [MeasuredMachine]
  /// In the order of the machines and of their rows; some are of one machine only.
  let cells: [Cell]
  /// In how many cells runs of one machine contradict each other.
  let selfContradictions: Int

  /// What is a machine of its own.
  public enum Pooling: String, CaseIterable, Sendable {
    /// What has a machine key and label of its own.
    case machine
    /// What has a machine key of its own: all nodes of a fleet that are alike.
    case kind
  }

  /// Matches the compared arms of all runs, whatever else they measured. Runs of one machine are pooled,
  /// and a run that is given twice counts once.
  /// - Throws: `oneMachine`, `nothingOnTwoMachines`.
  public init(
    _ runs: [Run], arms: SummaryTable.Arms = .new, pooling: Pooling = .machine
  ) throws(ResultsError) {
    let runs = runs.grouped(by: \.path).map { $0[0] }
    machines = MeasuredMachine.of(runs, pooling: pooling)
    guard machines.count > 1 else {
      throw .oneMachine(name: machines.first?.name ?? "none")
    }
    let seen = machines.enumerated().map { index, machine in
      machine.runs.flatMap { Sighting.of($0, arms: arms, machine: index) }
    }
    let alike = seen.map { $0.grouped(by: \.row.axisFields) }
    selfContradictions = alike.joined().count { Mark.contradict($0.map { Mark($0.row) }) }
    cells = Cell.matching(alike.joined().map { Sighting.pooled($0) })
    guard cells.contains(where: { $0.agreement != .alone }) else {
      throw .nothingOnTwoMachines(names: machines.map(\.name))
    }
  }

  /// How to write it.
  public enum Format: String, CaseIterable, Sendable {
    /// For a terminal: what machines contradict each other on, and how often they agree.
    case text
    /// A row for each cell and machine.
    case csv
    /// The same as an array of objects.
    case json
  }

  /// - Parameters:
  ///   - all: whether cells without a contradiction are in the text, too.
  ///   - screen: for the text.
  public func render(
    _ format: Format = .text, all: Bool = false, on screen: Screen = Screen()
  ) -> String {
    switch format {
    case .text: text(all: all, on: screen)
    case .csv: rows.csv()
    case .json: rows.json()
    }
  }
}

extension Machines {
  /// What a machine says of a cell.
  struct Sighting: Sendable {
    /// Which one.
    let machine: Int
    /// Of the compared arm.
    let row: SummaryRow
    /// Of the arm that it is compared with; nil where the run has no row of it.
    let baseline: SummaryRow?
    /// How many runs say it together.
    let runs: Int
    /// Whether each of them had the processes that a verdict takes.
    let isJudged: Bool

    /// The compared arms that have a ratio; of cells that nothing tells apart the first.
    static func of(_ run: Run, arms: SummaryTable.Arms, machine: Int) -> [Sighting] {
      SummaryTable(run.summary, arms: arms).pairs.filter { $0.new.ratio != nil }
        .grouped(by: \.new.axisFields)
        .map { pairs in
          var row = pairs[0].new
          let isJudged = row.processes >= Comparison.fewestProcesses
          if !isJudged { row.verdict = nil }
          return Sighting(
            machine: machine, row: row, baseline: pairs[0].old, runs: 1, isJudged: isJudged)
        }
    }

    /// - Parameter sightings: of one machine and cell, one of each run; not empty.
    static func pooled(_ sightings: [Sighting]) -> Sighting {
      let baselines = sightings.compactMap(\.baseline)
      return Sighting(
        machine: sightings[0].machine, row: .pooled(sightings.map(\.row)),
        baseline: baselines.isEmpty ? nil : .pooled(baselines),
        runs: sightings.count, isJudged: sightings.allSatisfy(\.isJudged))
    }
  }
}
