import Measurement

/// What the rounds say about one arm.
struct ArmEstimate {
  let arm: Arm
  /// Nanoseconds per operation: the median, here as below of the processes' medians, and of all rounds the least
  /// and the interquartile range.
  let median: Double
  let minimum: Double
  let interquartileRange: Double
  /// Of the rounds' differences to the empty loop, where the cell has one.
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
  /// The counts per operation, of the events that were counted.
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
    let byProcess = Dictionary(grouping: rounds, by: \.process).values
    return ArmEstimate(
      arm: arms[arm],
      median: rounds.median { $0.time(arm) }!, minimum: times.min()!,
      interquartileRange: Statistics.interquartileRange(times),
      net: empty.flatMap { empty in
        arm == empty ? nil : rounds.median { $0.time(arm) - $0.time(empty) }
      },
      // Each by the cycle of its own round: a frequency that changes between rounds cancels.
      cycles: rounds.median { round in round.cycle.map { $0.cycles(round.time(arm)) } },
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
    var counts: [HardwareEvent: Double] = [:]
    for event in Set(rounds.flatMap(\.events)) {
      counts[event] = rounds.median { $0.count(of: event, arm) }
    }
    return counts
  }
}

extension CellResult.Round {
  /// For each operation of the arm; nil where that was not counted.
  fileprivate func count(of event: HardwareEvent, _ arm: Int) -> Double? {
    guard let counts = counts[arm], let place = events.firstIndex(of: event),
      place < counts.count
    else { return nil }
    return Double(counts[place]) / Double(iterations)
  }

  fileprivate func paired(_ arm: Int, with baseline: Int) -> PairedRound {
    PairedRound(
      process: process, layout: layout, block: block, armTime: time(arm),
      baselineTime: time(baseline), cycle: cycle)
  }
}
