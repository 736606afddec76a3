internal import Glibc

/// How long an arm takes relative to its baseline, with an interval that covers what differs
/// between rounds, between processes and between code layouts.
///
/// By the method of ``PairedInterval``, with its limits, from the rounds' log ratios: `ratio`,
/// `lower` and `upper` are the exponentials of its median and ends.
public struct PairedEstimate: Equatable, Sendable {
  /// What the rounds' log ratios make, with the numbers of groups, rounds, processes and layouts.
  public let logRatio: PairedInterval

  /// Each layout's own answer, by ascending layout.
  public let byLayout: [OfLayout]

  /// Whether each layout's own median lies on the same side of 1 as `ratio`, or all of them lie
  /// within the rule's margin. Nil when there is one layout only.
  public let layoutsAgree: Bool?

  /// Time of the arm over time of the baseline: below 1 the arm was faster.
  public var ratio: Double { exp(logRatio.median) }

  /// The lower end of the interval of `ratio`.
  public var lower: Double { exp(logRatio.lower) }

  /// The upper end of the interval of `ratio`.
  public var upper: Double { exp(logRatio.upper) }

  /// The p-value of no difference, uncorrected for the number of arms:
  /// ``PairedInterval/pDifference`` of the log ratios.
  public var pDifference: Double { logRatio.pDifference }

  /// The interval from `lower` to `upper`.
  public var interval: ClosedRange<Double> { lower...upper }

  /// The ratio in one copy of the timed loop: where copies disagree, one answer for each placement
  /// of the code says more than an interval that holds them all.
  public struct OfLayout: Equatable, Sendable {
    public let layout: Int

    /// The median of the layout's groups.
    public let ratio: Double

    /// An interval by the same method from the layout's groups alone. The intervals of all layouts
    /// hold together at the rule's confidence: each takes an equal part of what may be missed. Nil
    /// where there are too few groups, and one process only.
    public let interval: ClosedRange<Double>?
  }

  /// Estimates the ratio from `rounds`, in any order, at the confidence and margin of `rule`.
  public init(
    _ rounds: [PairedRound],
    rule: VerdictRule = VerdictRule()
  ) throws(EstimateError) {
    try rounds.checkFinite()
    let groups = RoundGroups(rounds, of: \.logRatio)
    logRatio = try PairedInterval(groups, rounds: rounds.count, confidence: rule.confidence)
    let byLayout = groups.byLayout()
    let confidence = 1 - (1 - rule.confidence) / Double(byLayout.count)
    self.byLayout = byLayout.map { OfLayout($0, $1, confidence: confidence) }
    let median = logRatio.median
    layoutsAgree =
      byLayout.count < 2
      ? nil
      : self.byLayout.allSatisfy { log($0.ratio) * median > 0 }
        || self.byLayout.allSatisfy { rule.sameRatios.contains($0.ratio) }
  }

  /// The smallest relative effect that would have been called at this spread, whichever way it
  /// went, before the correction for the number of arms: 0.03 means that a ratio above 1.03 or
  /// below 1/1.03 would have stood out.
  ///
  /// An interval that lies about a ratio as this one does must clear the noise floor that
  /// `nullInterval`, the interval of the cell's A/A twin, sets; the effect is therefore never below
  /// that floor.
  public func smallestEffect(above nullInterval: ClosedRange<Double>) -> Double {
    let reach = max(ratio / lower, upper / ratio)
    return reach * VerdictRule.noiseFactor(of: nullInterval) - 1
  }
}

extension PairedEstimate.OfLayout {
  fileprivate init(_ layout: Int, _ groups: RoundGroups, confidence: Double) {
    let sign = Statistics.signTestInterval(groups.values, confidence: confidence)
    let ends =
      groups.spreadOfProcesses(confidence: confidence)
      + (sign.map { [$0.lower, $0.upper] } ?? [])
    self.layout = layout
    ratio = exp(Statistics.median(groups.values))
    interval = ends.isEmpty ? nil : exp(ends.min()!)...exp(ends.max()!)
  }
}
