import Foundation
import Host
import Measurement
import Results

/// Everything measured so far in a run, and the rows that it makes.
struct RunResults {
  let plan: Plan
  private(set) var cells: [CellResult]
  /// The rows of `samples.csv`.
  private(set) var samples = 0

  /// Whether the kernel moves pages to where they are used.
  private let isNUMABalancing: Bool
  /// In what steps the clock tells time, in nanoseconds.
  private let clockStep = MonotonicRawClock.stepAndCost().stepNanoseconds

  init(_ plan: Plan) {
    isNUMABalancing = Conditions.current().isNUMABalancing
    self.plan = plan
    cells = plan.cells.map { CellResult($0) }
  }

  mutating func add(_ report: CellReport, process: Int) {
    cells[report.planned.index].add(report, process: process)
    samples += report.samples.count
  }

  /// Drops what was measured of a cell that this machine could not measure to the end.
  mutating func remove(_ planned: PlannedCell) { cells[planned.index].leaveOut() }

  /// Whether no process failed to measure a cell.
  func isMeasurable(_ planned: PlannedCell) -> Bool { !cells[planned.index].isLeftOut }

  /// The cell with the length of blocks that the first process found.
  func settled(_ planned: PlannedCell) -> PlannedCell {
    var planned = planned
    planned.iterations = cells[planned.index].iterations
    return planned
  }

  var isEmpty: Bool { cells.allSatisfy(\.reports.isEmpty) }

  /// The cells in which some arm has no verdict yet.
  func unresolvedCells(_ meta: Meta) throws -> [PlannedCell] {
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
  func summary(_ meta: Meta) throws -> Summary {
    var rows: [SummaryRow] = []
    var layouts: [LayoutRow] = []
    var compared: [(row: Int, estimate: PairedEstimate, null: ClosedRange<Double>)] = []
    var twins: [PairedEstimate] = []
    for cell in cells where !cell.reports.isEmpty && cell.cell.operation != .selfTest {
      let rounds = cell.rounds()
      let estimates = try cell.estimates(rounds, rule: plan.rule, clockStep: clockStep)
      let twin = estimates.first { $0.arm.role == .twin }?.paired
      if let twin { twins.append(twin) }
      for estimate in estimates where estimate.arm.role == .baseline || estimate.arm.role == .arm {
        var row = row(cell, estimate, rounds, meta)
        row.nullLo = twin?.lower
        row.nullHi = twin?.upper
        if let difference = estimate.difference { row.set(difference) }
        if let paired = estimate.paired, let twin, hasRatio(cell, estimate.arm) {
          row.set(paired, plan.rule, above: twin.interval)
          layouts += paired.byLayout.map {
            LayoutRow(
              cell: row.cell, arm: row.arm, layout: $0.layout, ratio: $0.ratio,
              interval: $0.interval)
          }
          if isPlaced(row) { compared.append((rows.count, paired, twin.interval)) }
        }
        rows.append(row)
      }
    }
    let verdicts = plan.rule.verdicts(for: compared.map { ($0.estimate, $0.null) })
    for (item, verdict) in zip(compared, verdicts) {
      rows[item.row].verdict = try? verdict.get()
    }
    return Summary(rows: rows, layouts: layouts, noiseFloor: NoiseFloor(twins: twins))
  }

  /// Whether the ratio of an arm's time to the baseline's says something, where both lie.
  private func hasRatio(_ result: CellResult, _ arm: Arm) -> Bool {
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
  private func isPlaced(_ row: SummaryRow) -> Bool {
    guard plan.setup.isNUMA && !plan.acceptsPlacement else { return true }
    return row.placement ?? 1 == 1 && !isNUMABalancing
  }
}
