import Measurement

/// What the rounds say about one arm.
struct ArmEstimate {
  let arm: Arm
  /// Nanoseconds per operation: of all rounds the median, the least, and the interquartile range.
  let median: Double
  let minimum: Double
  let interquartileRange: Double
  /// Median of the rounds' differences to the empty loop, where the cell has one.
  let net: Double?
  /// Cycles per operation, where their length was found out.
  let cycles: Double?
  /// By how much times still moved while they were measured.
  let drift: Double?
  /// Against the baseline; nil for the baseline itself and for the empty loop, and where there are too
  /// few rounds for an interval.
  let paired: PairedEstimate?
  let difference: PairedDifference?
  /// The share of rounds in which the clock did not tell arm and baseline apart; nil as above.
  let ties: Double?
  /// Medians of the counts per operation, of the events that were counted.
  let events: [HardwareEvent: Double]
}

extension CellResult {
  /// The estimates of all arms from `rounds`, in the order of ``arms``.
  ///
  /// - Parameter clockStep: in nanoseconds.
  func estimates(
    _ rounds: [Round], rule: VerdictRule, clockStep: UInt64 = 1
  ) throws(EstimateError) -> [ArmEstimate] {
    guard let baseline = arms.firstIndex(where: { $0.role == .baseline }) else { return [] }
    var estimates: [ArmEstimate] = []
    for index in arms.indices {
      let isCompared = arms[index].role == .arm || arms[index].role == .twin
      let paired = isCompared ? rounds.map { $0.paired(index, with: baseline) } : []
      estimates.append(
        try estimate(
          index, rounds,
          isCompared
            ? estimated { () throws(EstimateError) in try PairedEstimate(paired, rule: rule) }
            : nil,
          isCompared
            ? estimated { () throws(EstimateError) in try PairedDifference(paired, rule: rule) }
            : nil,
          ties: isCompared
            ? ClockTies.share(
              of: rounds.map { ($0.elapsed[index], $0.elapsed[baseline]) }, step: clockStep) : nil))
    }
    return estimates
  }

  private func estimate(
    _ arm: Int, _ rounds: [Round], _ paired: PairedEstimate?, _ difference: PairedDifference?,
    ties: Double?
  ) -> ArmEstimate {
    let times = rounds.map { $0.time(arm) }
    let empty = arms.firstIndex { $0.role == .empty }
    let blocks = rounds.compactMap { round in
      round.cycle.map { (round.elapsed[arm], round.iterations, $0) }
    }
    let byProcess = Dictionary(grouping: rounds, by: \.process).values
    return ArmEstimate(
      arm: arms[arm],
      median: Statistics.median(times), minimum: times.min()!,
      interquartileRange: Statistics.interquartileRange(times),
      net: empty.flatMap { empty in
        arm == empty ? nil : Statistics.median(rounds.map { $0.time(arm) - $0.time(empty) })
      },
      cycles: CycleLength.medianCycles(blocks),
      drift: Statistics.drift(byProcess.map { $0.map { ($0.layout, $0.time(arm)) } }),
      paired: paired, difference: difference, ties: ties,
      events: eventsPerOperation(ofArm: arm, rounds))
  }

  /// An estimate; nil where there are too few rounds for an interval.
  func estimated<Estimate>(
    _ make: () throws(EstimateError) -> Estimate
  ) throws(EstimateError) -> Estimate? {
    do throws(EstimateError) {
      return try make()
    } catch .tooFewGroups {
      return nil
    }
  }

  private func eventsPerOperation(
    ofArm arm: Int, _ rounds: [Round]
  ) -> [HardwareEvent: Double] {
    var counts: [HardwareEvent: [Double]] = [:]
    for round in rounds {
      for (event, count) in zip(round.events, round.counts[arm] ?? []) {
        counts[event, default: []].append(Double(count) / Double(round.iterations))
      }
    }
    return counts.mapValues { Statistics.median($0) }
  }
}

extension CellResult.Round {
  fileprivate func paired(_ arm: Int, with baseline: Int) -> PairedRound {
    PairedRound(
      process: process, layout: layout, block: block, armTime: time(arm),
      baselineTime: time(baseline), cycle: cycle)
  }
}
