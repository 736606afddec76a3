internal import Glibc

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
/// Otherwise it is the same when its interval lies within the margin, and unresolved when not. An
/// arm that fewer processes measured than `fewestProcesses` gets no verdict at all.
///
/// At the default rate, m arms and groups enough for n signs, a call needs k others like it with
/// 2^(1 - n) <= 0.05 k / m: with 12 groups, one arm in a hundred has to differ before any is
/// called. The t test of its processes asks for more where they are few: of 3 processes, the mean
/// has to be 4 standard errors away at p = 0.05, 10 at 0.01 and 32 at 0.001.
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

  /// The fewest processes from which an arm gets a verdict: 3, and more where wrong calls are to be
  /// rarer than one in 64.
  ///
  /// Neither interval nor p-value protects from processes that all had the same luck, for then
  /// there is no spread to see. Worst is a placement with two outcomes, the difference 0 and some
  /// other, met at odds q and 1 - q. A wrong call takes that all P processes of the arm meet the
  /// other, and all of the twin's meet 0, as twins are of the same distribution: (q (1 - q))^P, at
  /// most 4^-P. That is 25 % for one process, 6 % for two and 1.6 % for three; it must not be more
  /// than `falseDiscoveryRate`. Two would do for a rate above 6 %, but their spread has one degree
  /// of freedom, and an interval of 6 times their distance to either side resolves nothing.
  ///
  /// Nothing like it protects "same": an outcome that all of 3 processes missed, each at even odds,
  /// is missed in one run of eight.
  public var fewestProcesses: Int {
    max(3, Int((-log2(falseDiscoveryRate) / 2).rounded(.up)))
  }

  /// The verdicts for all arms of a run, in the order given, or why there is none.
  ///
  /// - Parameter arms: Each arm's estimate with the interval of its cell's A/A twin, as ratios.
  ///   Leave the twins themselves out: they are known to be the same and would only dilute the
  ///   discoveries. Arms without a verdict are no part of the false-discovery control.
  public func verdicts(
    for arms: [(estimate: PairedEstimate, nullInterval: ClosedRange<Double>)]
  ) -> [Result<Verdict, NoVerdict>] {
    let judged = arms.filter { $0.estimate.logRatio.processes >= fewestProcesses }
    var adjusted = Statistics.benjaminiHochberg(judged.map(\.estimate.pDifference))[...]
    return arms.map { arm in
      let processes = arm.estimate.logRatio.processes
      guard processes >= fewestProcesses else {
        return .failure(.tooFewProcesses(found: processes, needed: fewestProcesses))
      }
      return .success(
        verdict(arm.estimate, nullInterval: arm.nullInterval, adjustedP: adjusted.removeFirst()))
    }
  }

  private func verdict(
    _ estimate: PairedEstimate, nullInterval: ClosedRange<Double>, adjustedP: Double
  ) -> Verdict {
    let noise = Self.noiseFactor(of: nullInterval)
    if adjustedP <= falseDiscoveryRate {
      if estimate.upper < 1 / noise { return .faster }
      if estimate.lower > noise { return .slower }
    }
    return sameRatios.contains(estimate.interval) ? .same : .unresolved
  }

  /// The ratios that count as no difference.
  var sameRatios: ClosedRange<Double> { 1 / (1 + margin)...1 + margin }

  /// How far from 1, as a factor of at least 1, a twin's interval reaches on its farther side.
  static func noiseFactor(of nullInterval: ClosedRange<Double>) -> Double {
    max(1 / nullInterval.lowerBound, nullInterval.upperBound)
  }
}
