import Measurement
import Results

extension RunResults {
  /// What a row says beside its comparison with the baseline.
  func row(
    _ result: CellResult, _ estimate: ArmEstimate, _ rounds: [CellResult.Round], _ meta: Meta
  ) -> SummaryRow {
    let reports = result.reports.values
    var row = SummaryRow(result.planned, estimate.arm, plan.setup.caches)
    row.runID = meta.runID
    row.timestamp = meta.started
    row.machineKey = meta.machine.machineKey
    row.cpu = meta.machine.cpuName
    row.iterations = reports.map(\.iterations).max() ?? 0
    row.rounds = rounds.count
    row.processes = reports.count
    row.layouts = Set(rounds.map(\.layout)).count
    row.nsPerOp = estimate.median
    row.nsMin = estimate.minimum
    row.nsIQR = estimate.interquartileRange
    // As `git describe` has it: digits alone would be read as a number.
    row.commit = meta.commit.map { "g\($0)" }
    row.label = meta.label
    row.kernel = meta.machine.kernelRelease
    if !result.cell.operation.changesHVO {
      row.touchedBytes = result.cell.touchedBytes(by: result.cell.contender(of: estimate.arm))
    }
    row.mapping = Mapping(
      reports.compactMap { report in
        report.arms.firstIndex(of: estimate.arm).map { report.mappings[$0] }
      })
    row.placement = result.placement
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
  func sampleRows(_ rounds: Rounds, process: Int) -> [SampleRow] {
    rounds.samples.map { sample in
      var row = SampleRow(
        cell: planned.index, arm: arms[sample.arm].name, part: arms[sample.arm].role,
        process: process, block: sample.block, round: sample.round, position: sample.position,
        layout: sample.layout, iterations: iterations, elapsedNS: Int(sample.elapsed))
      let cycle = rounds.cycles[sample.round]
      row.cycleNS = cycle > 0 ? cycle : nil
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
