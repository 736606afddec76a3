import Measurement
import Results

extension RunResults {
  /// What a row says beside its comparison with the baseline.
  func row(
    _ result: CellResult, _ estimate: ArmEstimate, _ rounds: [CellResult.Round], _ meta: Meta
  ) -> SummaryRow {
    let cell = result.cell
    let reports = result.reports.values
    let contender = cell.contender(of: estimate.arm)
    var row = SummaryRow(
      runID: meta.runID, timestamp: meta.started, machineKey: meta.machine.machineKey,
      cpu: meta.machine.cpuName, cell: result.planned.index,
      operation: cell.operation.rawValue, mode: cell.mode.rawValue, arm: estimate.arm.name,
      role: contender.role, baseline: result.planned.baseline, order: cell.order,
      pageClass: cell.pageClass.rawValue, footprintBytes: cell.footprintBytes,
      threads: cell.threads, iterations: reports.map(\.iterations).max() ?? 0,
      rounds: rounds.count, processes: reports.count, layouts: Set(rounds.map(\.layout)).count,
      nsPerOp: estimate.median, nsMin: estimate.minimum, nsIQR: estimate.interquartileRange)
    // As `git describe` has it: digits alone would be read as a number.
    row.commit = meta.commit.map { "g\($0)" }
    row.label = meta.label
    row.kernel = meta.machine.kernelRelease
    row.kernels = contender.kernels
    row.chain = cell.operation.loops.first { $0.mode == cell.mode }?.chain
    row.level = level(of: estimate.arm, in: cell)
    row.touchedBytes = cell.touchedBytes(on: contender.format)
    row.mix = Double(cell.mix)
    row.predictability = cell.predictability.rawValue
    row.pattern = cell.pattern.rawValue
    row.hugePages = cell.folios
    row.hvo = cell.hvo
    row.mapping = Mapping(
      reports.compactMap { report in
        report.arms.firstIndex(of: estimate.arm).map { report.mappings[$0] }
      })
    row.cpuNode = cell.cpuNode
    row.memoryNode = cell.memoryNode
    if cell.hvo == .on {
      row.templateNode = cell.templateNode ?? cell.memoryNode
      if cell.templates != .local { row.templates = cell.templates.rawValue }
    }
    row.peerNode = cell.peerNode
    row.readers = cell.readers
    row.population = cell.population?.description
    row.placement = reports.compactMap(\.placement).min()
    row.nsNet = estimate.net
    row.cycles = estimate.cycles
    row.drift = estimate.drift
    row.ties = estimate.ties
    row.countedCycles = estimate.events[.cycles]
    row.countedInstructions = estimate.events[.instructions]
    row.countedBranchMisses = estimate.events[.branchMisses]
    row.checksum = result.checksum
    return row
  }
}

extension SummaryRow {
  mutating func set(_ difference: PairedDifference) {
    differenceNS = difference.nanoseconds.median
    differenceLo = difference.nanoseconds.lower
    differenceHi = difference.nanoseconds.upper
    differenceCycles = difference.cycles?.median
    differenceCyclesLo = difference.cycles?.lower
    differenceCyclesHi = difference.cycles?.upper
  }

  mutating func set(
    _ paired: PairedEstimate, _ rule: VerdictRule, above nullInterval: ClosedRange<Double>
  ) {
    ratio = paired.ratio
    ratioLo = paired.lower
    ratioHi = paired.upper
    margin = rule.margin
    smallestEffect = paired.smallestEffect(above: nullInterval)
    layoutsAgree = paired.layoutsAgree
    coverage = paired.logRatio.coverage
    pValue = paired.pDifference
  }
}

extension CellReport {
  /// The rows of `samples.csv`.
  func sampleRows(_ samples: [Sample], process: Int) -> [SampleRow] {
    samples.map { sample in
      var row = SampleRow(
        cell: planned.index, arm: arms[sample.arm].name, part: arms[sample.arm].role,
        process: process, block: sample.block, round: sample.round, position: sample.position,
        layout: sample.layout, iterations: iterations, elapsedNS: Int(sample.elapsed))
      row.cycleNS = cycles[sample.round] > 0 ? cycles[sample.round] : nil
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
