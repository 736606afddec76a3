import Foundation
import Host
import Measurement
import Results

/// Everything measured so far in a run, and the rows that it makes.
struct RunResults {
  let plan: Plan
  private(set) var cells: [CellResult]

  /// Whether the kernel moves pages to where they are used.
  private let isNUMABalancing: Bool

  init(_ plan: Plan) {
    isNUMABalancing = Conditions.current().isNUMABalancing
    self.plan = plan
    cells = plan.cells.map { CellResult($0) }
  }

  mutating func add(_ report: CellReport, process: Int) {
    cells[report.planned.index].add(report, process: process)
  }

  /// Drops what was measured of a cell that this machine could not measure to the end.
  mutating func remove(_ planned: PlannedCell) { cells[planned.index].leaveOut() }

  /// Whether no process failed to measure a cell.
  func isMeasurable(_ planned: PlannedCell) -> Bool { !cells[planned.index].isLeftOut }

  var isEmpty: Bool { cells.allSatisfy(\.reports.isEmpty) }

  /// The cells in which some arm has no verdict yet.
  func unresolvedCells(_ meta: Meta) throws -> [PlannedCell] {
    let rows = try summary(meta).rows
    return Set(rows.filter { $0.verdict == .unresolved }.map(\.cell)).sorted().map {
      plan.cells[$0]
    }
  }

  /// The rows of `summary.csv` and the noise floor of the cells in them.
  ///
  /// Verdicts are a matter of the whole table, because false discoveries are held down over all of
  /// it. A cell with too few rounds for an interval has times, but no ratios.
  func summary(_ meta: Meta) throws -> (rows: [SummaryRow], noiseFloor: NoiseFloor?) {
    var rows: [SummaryRow] = []
    var compared: [(row: Int, estimate: PairedEstimate, null: ClosedRange<Double>)] = []
    var twins: [PairedEstimate] = []
    for cell in cells where !cell.reports.isEmpty && cell.cell.operation != .selfTest {
      let rounds = cell.rounds()
      let estimates = try cell.estimates(rounds, rule: plan.rule)
      let twin = estimates.first { $0.arm.role == .twin }?.paired
      if let twin { twins.append(twin) }
      for estimate in estimates where estimate.arm.role == .baseline || estimate.arm.role == .arm {
        var row = row(cell, estimate, rounds, meta)
        row.nullLo = twin?.lower
        row.nullHi = twin?.upper
        if let paired = estimate.paired, let twin {
          row.ratio = paired.ratio
          row.ratioLo = paired.lower
          row.ratioHi = paired.upper
          row.margin = plan.rule.margin
          row.smallestEffect = paired.smallestEffect(above: twin.interval)
          row.layoutsAgree = paired.layoutsAgree
          row.coverage = paired.coverage
          row.pValue = paired.pDifference
          if isPlaced(row) { compared.append((rows.count, paired, twin.interval)) }
        }
        rows.append(row)
      }
    }
    let verdicts = plan.rule.verdicts(for: compared.map { ($0.estimate, $0.null) })
    for (item, verdict) in zip(compared, verdicts) {
      rows[item.row].verdict = SummaryRow.Verdict(rawValue: verdict.rawValue)
    }
    return (rows, NoiseFloor(twins: twins))
  }

  /// Whether memory was where it belongs, as far as the kernel tells, and stayed there.
  private func isPlaced(_ row: SummaryRow) -> Bool {
    guard plan.setup.isNUMA && !plan.acceptsPlacement else { return true }
    return row.placement ?? 1 == 1 && !isNUMABalancing
  }

  private func row(
    _ result: CellResult, _ estimate: ArmEstimate, _ rounds: [CellResult.Round], _ meta: Meta
  ) -> SummaryRow {
    let cell = result.cell
    let reports = result.reports.values
    var row = SummaryRow(
      runID: meta.runID, timestamp: meta.started, machineKey: meta.machine.machineKey,
      cell: result.planned.index, operation: cell.operation.rawValue, mode: cell.mode.rawValue,
      encoding: estimate.arm.name, baseline: result.planned.baseline, order: cell.order,
      pageClass: cell.pageClass.rawValue, footprintBytes: cell.footprintBytes,
      threads: cell.threads,
      n: reports.map(\.iterations).max() ?? 0, nsPerOp: estimate.median,
      nsMin: estimate.minimum, nsIQR: estimate.interquartileRange, rounds: rounds.count,
      processes: reports.count, layouts: Set(rounds.map(\.layout)).count)
    row.commit = meta.commit
    row.mix = Double(cell.mix)
    row.predictability = cell.predictability.rawValue
    row.pattern = cell.pattern.rawValue
    row.hugePages = cell.folios
    row.hvo = SummaryRow.HVO(rawValue: cell.hvo.rawValue)
    let mappings = Set(
      reports.compactMap { report in
        report.arms.firstIndex(of: estimate.arm).map { report.mappings[$0] }
      })
    row.mapping =
      mappings.count == 1 ? mappings.first.flatMap { .init(rawValue: $0.rawValue) } : .mixed
    row.cpuNode = cell.cpuNode
    row.memoryNode = cell.memoryNode
    if cell.hvo == .on {
      row.templateNode = cell.templateNode ?? cell.memoryNode
      if cell.templates != .local { row.templates = cell.templates.rawValue }
    }
    row.peerNode = cell.peerNode
    row.placement = reports.compactMap(\.placement).min()
    row.nsNet = estimate.net
    row.cyclesPerOp = estimate.events[.cycles]
    row.instructionsPerOp = estimate.events[.instructions]
    row.branchMissesPerOp = estimate.events[.branchMisses]
    row.checksum = result.checksum
    return row
  }
}

extension CellReport {
  /// The rows of `samples.csv`.
  func sampleRows(process: Int) -> [SampleRow] {
    samples.map { sample in
      var row = SampleRow(
        cell: planned.index, encoding: arms[sample.arm].name, role: arms[sample.arm].role.inResults,
        process: process, block: sample.block, round: sample.round, position: sample.position,
        layout: sample.layout, iterations: iterations, elapsedNS: Int(sample.elapsed))
      row.contextSwitches = sample.counts.contextSwitches
      row.pageFaults = sample.counts.pageFaults
      for (event, count) in zip(events, sample.counts.events ?? []) {
        row[keyPath: event.property] = Int(count)
      }
      return row
    }
  }
}

extension HardwareEvent {
  fileprivate var property: WritableKeyPath<SampleRow, Int?> {
    switch self {
    case .cycles: \.cycles
    case .instructions: \.instructions
    case .branches: \.branches
    case .branchMisses: \.branchMisses
    case .l1dMisses: \.l1dMisses
    case .dtlbMisses: \.dtlbMisses
    }
  }
}

extension Arm.Role {
  fileprivate var inResults: SampleRow.Role {
    switch self {
    case .baseline: .baseline
    case .arm: .arm
    case .twin: .twin
    case .empty: .null
    }
  }
}
