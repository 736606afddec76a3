/// How estimates become verdicts, for all arms of a run at once.
///
/// An arm is faster or slower when three things hold together:
/// - it is a discovery among all arms of the run (`Statistics.benjaminiHochberg`), so that a table
///   of many cells does not fill with chance;
/// - its interval, which covers the spread between processes and layouts, excludes 1;
/// - its interval lies wholly outside the noise floor, which is what the cell's A/A twin, the same
///   code at another address, was seen to differ from itself. The floor reaches equally far to both
///   sides of 1: the luck that made the twin slower might as well have made it faster.
///
/// Otherwise it is the same when its interval lies within the margin, and unresolved when not.
///
/// At the default rate, m arms and groups enough for n signs, a call needs k others like it with
/// 2^(1 - n) <= 0.05 k / m: with 12 groups, one arm in a hundred has to differ before any is called.
public struct VerdictRule: Equatable, Sendable {
  /// The relative difference that counts as none: 0.02 takes ratios from 1/1.02 to 1.02 for same.
  public let margin: Double

  /// The least coverage of intervals, between 0 and 1.
  public let confidence: Double

  /// The expected share of wrong calls among all calls that a run may have, between 0 and 1.
  public let falseDiscoveryRate: Double

  public init(
    margin: Double = 0.02,
    confidence: Double = 0.95,
    falseDiscoveryRate: Double = 0.05
  ) {
    precondition(margin >= 0, "a margin is a relative difference, at least 0")
    precondition(confidence > 0 && confidence < 1, "confidence lies between 0 and 1")
    precondition(
      falseDiscoveryRate > 0 && falseDiscoveryRate < 1,
      "a false-discovery rate lies between 0 and 1"
    )
    self.margin = margin
    self.confidence = confidence
    self.falseDiscoveryRate = falseDiscoveryRate
  }

  /// The verdicts for all arms of a run, in the order given.
  ///
  /// - Parameter arms: Each arm's estimate with the interval of its cell's A/A twin, as ratios.
  ///   Leave the twins themselves out: they are known to be the same and would only dilute the
  ///   discoveries.
  public func verdicts(
    for arms: [(estimate: PairedEstimate, nullInterval: ClosedRange<Double>)]
  ) -> [Verdict] {
    let adjusted = Statistics.benjaminiHochberg(arms.map(\.estimate.pDifference))
    return zip(arms, adjusted).map { arm, adjustedP in
      let noise = Self.noiseFactor(of: arm.nullInterval)
      if adjustedP <= falseDiscoveryRate {
        if arm.estimate.upper < 1 / noise { return .faster }
        if arm.estimate.lower > noise { return .slower }
      }
      return sameRatios.contains(arm.estimate.interval) ? .same : .unresolved
    }
  }

  /// The ratios that count as no difference.
  var sameRatios: ClosedRange<Double> { 1 / (1 + margin)...1 + margin }

  /// How far from 1, as a factor of at least 1, a twin's interval reaches on its farther side.
  static func noiseFactor(of nullInterval: ClosedRange<Double>) -> Double {
    max(1 / nullInterval.lowerBound, nullInterval.upperBound)
  }
}
