import Foundation
import Host
import Measurement
import Results

/// Everything measured so far in a run, and the rows that it makes.
struct RunResults {
  let plan: Plan
  private(set) var cells: [CellResult]
  /// Keeps the samples.
  let journal: Journal
  /// What cells come to that no process has told of since.
  private var rows: [Int: CellRows] = [:]
  /// The rows of `samples.csv`.
  private(set) var samples = 0

  /// Whether the kernel moves pages to where they are used.
  private let isNUMABalancing: Bool
  /// In what steps the clock tells time, in nanoseconds.
  private let clockStep = MonotonicRawClock.stepAndCost().stepNanoseconds

  init(_ plan: Plan, _ journal: Journal) {
    self.journal = journal
    isNUMABalancing = Conditions.current().isNUMABalancing
    self.plan = plan
    cells = plan.cells.map { CellResult($0) }
  }

  /// - Parameters:
  ///   - samples: how many it has.
  ///   - place: where its rounds are in the journal.
  mutating func add(
    _ report: CellReport, process: Int, samples: Int, at place: Journal.Place
  ) {
    let index = report.planned.index
    cells[index].add(report, process: process, at: place)
    rows[index] = nil
    self.samples += samples
  }

  /// Drops what was measured of a cell that this machine could not measure to the end.
  mutating func remove(_ planned: PlannedCell) {
    cells[planned.index].leaveOut()
    rows[planned.index] = nil
  }

  /// The cells that can be measured and that a process has not told of.
  func lacking(_ cells: [PlannedCell], process: Int) -> [PlannedCell] {
    cells.filter {
      isMeasurable($0) && self.cells[$0.index].reports[process] == nil
    }.map(settled)
  }

  /// How long measuring took in the processes of lower numbers, in seconds.
  func measuringTime(before process: Int) -> Double {
    cells.reduce(0) { sum, cell in
      cell.reports.reduce(sum) { $0 + ($1.key < process ? $1.value.seconds : 0) }
    }
  }

  /// Whether no process failed to measure a cell.
  func isMeasurable(_ planned: PlannedCell) -> Bool { !cells[planned.index].isLeftOut }

  /// The cell with the length of blocks that the first process found.
  private func settled(_ planned: PlannedCell) -> PlannedCell {
    var planned = planned
    planned.iterations = cells[planned.index].iterations
    return planned
  }

  var isEmpty: Bool { cells.allSatisfy(\.reports.isEmpty) }

  /// The cells in which some arm has no verdict yet.
  mutating func unresolvedCells(_ meta: Meta) throws -> [PlannedCell] {
    let rows = try summary(meta).rows
    return Set(rows.filter { $0.verdict == .unresolved }.map(\.cell)).sorted().map {
      plan.cells[$0]
    }
  }

  /// What everything measured so far comes to.
  struct Summary {
    let rows: [SummaryRow]
    /// Of each compared row one for each copy of the timed loops.
    let layouts: [LayoutRow]
    let noiseFloor: NoiseFloor?
  }

  /// The rows of `summary.csv` and the noise floor of the cells in them.
  ///
  /// Verdicts are a matter of the whole table, because false discoveries are held down over all of
  /// it. A cell with too few rounds for an interval has times, but no ratios.
  mutating func summary(_ meta: Meta) throws -> Summary {
    var rows: [SummaryRow] = []
    var layouts: [LayoutRow] = []
    var compared: [(row: Int, estimate: PairedEstimate, null: ClosedRange<Double>)] = []
    var twins: [PairedEstimate] = []
    for cell in cells where !cell.reports.isEmpty && cell.cell.operation != .selfTest {
      let index = cell.planned.index
      let found = try self.rows[index] ?? cellRows(cell, meta)
      self.rows[index] = found
      compared += found.compared.map { (rows.count + $0.row, $0.estimate, $0.null) }
      rows += found.rows
      layouts += found.layouts
      if let twin = found.twin { twins.append(twin) }
    }
    let verdicts = plan.rule.verdicts(for: compared.map { ($0.estimate, $0.null) })
    for (item, verdict) in zip(compared, verdicts) {
      rows[item.row].verdict = try? verdict.get()
    }
    return Summary(rows: rows, layouts: layouts, noiseFloor: NoiseFloor(twins: twins))
  }

  /// What a cell comes to, but for verdicts.
  private struct CellRows {
    var rows: [SummaryRow] = []
    var layouts: [LayoutRow] = []
    var compared: [(row: Int, estimate: PairedEstimate, null: ClosedRange<Double>)] = []
    var twin: PairedEstimate?
  }

  private func cellRows(_ cell: CellResult, _ meta: Meta) throws -> CellRows {
    let rounds = try cell.rounds(journal)
    let estimates = try cell.estimates(rounds, rule: plan.rule, clockStep: clockStep)
    let twin = estimates.first { $0.arm.role == .twin }?.paired
    var found = CellRows(twin: twin)
    for estimate in estimates where estimate.arm.role == .baseline || estimate.arm.role == .arm {
      var row = row(cell, estimate, rounds, meta)
      row.nullLo = twin?.lower
      row.nullHi = twin?.upper
      if let difference = estimate.difference { row.set(difference) }
      if let paired = estimate.paired, let twin, hasRatio(cell, estimate.arm) {
        row.set(paired, plan.rule, above: twin.interval)
        found.layouts += paired.byLayout.map {
          LayoutRow(
            cell: row.cell, arm: row.arm, layout: $0.layout, ratio: $0.ratio, interval: $0.interval)
        }
        if isPlaced(cell) { found.compared.append((found.rows.count, paired, twin.interval)) }
      }
      found.rows.append(row)
    }
    return found
  }

  /// Whether the ratio of an arm's time to the baseline's says something, where both lie.
  func hasRatio(_ result: CellResult, _ arm: Arm) -> Bool {
    let cell = result.cell
    guard !cell.isOfReadersOnly else { return false }
    guard let loop = cell.operation.loops.first(where: { $0.mode == cell.mode }) else {
      return true
    }
    return [result.arms[0], arm].allSatisfy { loop.hasRatio(level(of: $0, in: cell) ?? .beyond) }
  }

  /// Where in the caches an arm finds what it touches.
  func level(of arm: Arm, in cell: Cell) -> SummaryRow.Level? {
    plan.setup.caches.level(of: cell, on: cell.contender(of: arm).format)
  }

  /// Whether memory was where it belongs, as far as the kernel tells, and stayed there.
  func isPlaced(_ result: CellResult) -> Bool {
    guard plan.setup.isNUMA && !plan.acceptsPlacement else { return true }
    return result.placement ?? 1 == 1 && !isNUMABalancing
  }
}
