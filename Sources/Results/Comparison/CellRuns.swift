import Glibc
import Measurement

/// What a second measurement has of one cell: by arm its rows, one of each run, and its copies' ratios.
struct CellRuns {
  let old: [[String: SummaryRow]]
  let new: [[String: SummaryRow]]
  /// Of each copy of an arm's loop the logarithm of its ratio.
  let oldCopies: [String: [Double]]
  let newCopies: [String: [Double]]

  /// Whether other places of the same code could do as much to an arm that got slower or, where the baseline
  /// did, to any of those that gained on it.
  ///
  /// - Parameter arm: nil for the baseline.
  func isWithinPlacement(_ arm: String?) -> Bool {
    guard let arm else {
      return newCopies.keys.contains { isWithinPlacement($0, sign: -1) }
    }
    return isWithinPlacement(arm, sign: 1)
  }

  /// - Parameter sign: 1 where its ratio grew, -1 where it shrank.
  private func isWithinPlacement(_ arm: String, sign: Double) -> Bool {
    let (old, new) = (oldCopies[arm] ?? [], newCopies[arm] ?? [])
    // One copy tells nothing of other places.
    guard
      let p = Statistics.studentTTest(new.map { $0 * sign }, above: old.map { $0 * sign })
    else { return false }
    return p > ConfirmingRuns.errorRate
  }

  /// A quantity as both programs have it.
  struct Sample {
    var old: [Double] = []
    var new: [Double] = []

    /// One process tells nothing of others, and fewer than these can't be told apart.
    var isEmpty: Bool { min(old.count, new.count) < 6 }
    var shift: (median: Double, interval: ClosedRange<Double>) {
      Statistics.shift(of: new, from: old)
    }
    var p: Double { Statistics.rankSumTest(new, above: old) }
    /// Of both programs' values as one lot, so that choosing by it says nothing of which program a value is
    /// of, and the test stays exact.
    var scatter: Double { Statistics.interquartileRange(old + new) }
    /// Whether it became more.
    var grew: Bool { !isEmpty && p <= ConfirmingRuns.moved }
    /// Whether it moved to one side, and by more than a share of what it is to explain.
    func explains(_ change: Double, share: Double = 0.5) -> Bool {
      guard !isEmpty, shift.median * change > 0, abs(shift.median) > share * abs(change) else {
        return false
      }
      return change > 0 ? grew : reversed.grew
    }
    var reversed: Sample { Sample(old: old.map { -$0 }, new: new.map { -$0 }) }
  }

  func sample(_ arm: String, _ value: (SummaryRow) -> Double?) -> Sample {
    func values(_ runs: [[String: SummaryRow]]) -> [Double] {
      runs.compactMap { $0[arm].flatMap(value) }.filter(\.isFinite)
    }
    return Sample(old: values(old), new: values(new))
  }

  /// Cycles where all rows of an arm have them.
  func unit(_ arm: String) -> Comparison.Change.Unit {
    (old + new).allSatisfy { $0[arm]?.cycles != nil } ? .cycles : .nanoseconds
  }

  func arm(
    _ arm: String, of baseline: String, _ level: Double, _ floor: Double
  ) -> ConfirmingRuns.Finding {
    let unit = unit(arm)
    let ratio = sample(arm) { $0.ratio.map { log($0) } }
    let difference = sample(arm) { $0.difference(in: unit) }
    guard !ratio.isEmpty || !difference.isEmpty else { return ConfirmingRuns.Finding(.unmeasured) }
    let own = sample(arm) { $0.time(in: unit) }
    let time = own.new.isEmpty ? .infinity : Statistics.median(own.new)
    let size = ratio.isEmpty ? difference.shift.median / time : exp(ratio.shift.median) - 1
    let steadier =
      ratio.isEmpty || !difference.isEmpty && difference.scatter / time < ratio.scatter
      ? difference : ratio
    let isOneWay =
      ratio.isEmpty || difference.isEmpty || ratio.shift.median * difference.shift.median > 0
    let twin = sample(arm) { row in
      row.nullLo.flatMap { low in row.nullHi.map { (log(low) + log($0)) / 2 } }
    }
    let noise = twin.isEmpty ? 0 : exp(abs(twin.shift.median)) - 1
    let verdict: ConfirmingRuns.Verdict
    if steadier.p > level || !isOneWay || size <= max(floor, noise) {
      verdict = .unconfirmed
    } else {
      let change = difference.isEmpty ? size * time : difference.shift.median
      let reference = sample(baseline) { $0.time(in: unit) }
      verdict =
        reference.explains(change, share: 1)
        ? .shared : reference.reversed.explains(change) && !own.grew ? .baselineFaster : .confirmed
    }
    return finding(
      verdict, factor: ratio.isEmpty ? nil : ratio, shift: difference, unit, p: steadier.p)
  }

  func baseline(_ arm: String, _ level: Double, _ floor: Double) -> ConfirmingRuns.Finding {
    let unit = unit(arm)
    let own = sample(arm) { $0.time(in: unit) }
    guard !own.isEmpty else { return ConfirmingRuns.Finding(.unmeasured) }
    let empty = sample(arm) { $0.emptyTime(in: unit) }
    let net = sample(arm) { row in
      row.emptyTime(in: unit).flatMap { empty in row.time(in: unit).map { $0 - empty } }
    }
    let judged = net.isEmpty ? own : net
    let change = judged.shift.median
    let others = Set((old + new).flatMap(\.keys)).subtracting([arm])
    let along = others.count { other in
      sample(other) { $0.time(in: unit) }.explains(change)
    }
    let verdict: ConfirmingRuns.Verdict
    if judged.p > level || change <= floor * Statistics.median(own.old) {
      verdict = .unconfirmed
    } else {
      verdict = empty.explains(change) || 2 * along > others.count ? .shared : .confirmed
    }
    return finding(
      verdict, factor: sample(arm) { $0.time(in: unit).map { log($0) } }, shift: judged, unit,
      p: judged.p)
  }

  private func finding(
    _ verdict: ConfirmingRuns.Verdict, factor: Sample?, shift: Sample,
    _ unit: Comparison.Change.Unit, p: Double
  ) -> ConfirmingRuns.Finding {
    var finding = ConfirmingRuns.Finding(verdict)
    if let factor = factor?.shift {
      finding.factor = exp(factor.median)
      finding.factorInterval = exp(factor.interval.lowerBound)...exp(factor.interval.upperBound)
    }
    if !shift.isEmpty {
      (finding.shift, finding.shiftInterval) = (shift.shift.median, shift.shift.interval)
    }
    finding.unit = unit
    finding.p = p
    finding.processes = shift.isEmpty ? factor?.new.count ?? 0 : shift.new.count
    return finding
  }
}
