extension Comparison {
  /// What became of one arm's ratio to its baseline arm.
  public struct Change: Equatable, Sendable {
    public let baseline: SummaryRow
    public let current: SummaryRow
    /// The current ratio over the earlier one: above 1 the arm lost ground.
    public let factor: Double
    public let kind: Kind

    /// Whether the arm lost or gained more than noise explains.
    public enum Kind: Sendable {
      case worse, better, unchanged
    }

    /// Nil if either row lacks its ratio, its interval or its twin's interval.
    init?(baseline: SummaryRow, current: SummaryRow) {
      guard let old = Observation(baseline), let new = Observation(current) else { return nil }
      self.baseline = baseline
      self.current = current
      factor = new.ratio / old.ratio
      kind = Self.kind(from: old, to: new, factor: factor)
    }

    /// A quotient of two ratios has the noise of both: where each may lie anywhere between
    /// `low` and `high` without any cause, their quotient may lie between low/high and high/low.
    private static func kind(from old: Observation, to new: Observation, factor: Double) -> Kind {
      let low = min(old.noise.lowerBound, new.noise.lowerBound)
      let high = max(old.noise.upperBound, new.noise.upperBound)
      if new.interval.lowerBound > old.interval.upperBound, factor > high / low { return .worse }
      if new.interval.upperBound < old.interval.lowerBound, factor < low / high { return .better }
      return .unchanged
    }
  }
}

/// A ratio with its interval, and where a ratio of equals came to lie.
private struct Observation {
  let ratio: Double
  let interval: ClosedRange<Double>
  let noise: ClosedRange<Double>

  init?(_ row: SummaryRow) {
    guard let ratio = row.ratio, let lo = row.ratioLo, let hi = row.ratioHi,
      let nullLo = row.nullLo, let nullHi = row.nullHi,
      ratio > 0, lo <= hi, 0 < nullLo, nullLo <= nullHi
    else { return nil }
    self.ratio = ratio
    interval = lo...hi
    // Equals have the ratio 1: a twin that is off to one side shows a bias, which is noise too.
    noise = min(nullLo, 1)...max(nullHi, 1)
  }
}
