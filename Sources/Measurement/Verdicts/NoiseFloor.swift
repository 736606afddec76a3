/// What a run's A/A twins, the same code measured against itself, say about the run.
public struct NoiseFloor: Codable, Equatable, Sendable {
  /// Twins that it is made of.
  public let twins: Int

  /// The median over the twins of |ratio - 1|.
  public let median: Double

  /// The 95th percentile over the twins of |ratio - 1|.
  public let percentile95: Double

  /// The share (0...1) of twins whose interval excludes 1: the measured rate of false positives of
  /// intervals alone, before the rule's other conditions.
  public let falsePositiveShare: Double

  /// Sums up `twins`; nil when there are none.
  public init?(twins: [PairedEstimate]) {
    guard !twins.isEmpty else { return nil }
    let deviations = twins.map { abs($0.ratio - 1) }
    let falsePositives = twins.count { !$0.interval.contains(1) }
    self.twins = twins.count
    self.median = Statistics.median(deviations)
    self.percentile95 = Statistics.quantile(deviations, 0.95)
    self.falsePositiveShare = Double(falsePositives) / Double(twins.count)
  }

  enum CodingKeys: String, CodingKey {
    case twins, median
    case percentile95 = "p95"
    case falsePositiveShare = "false_positive_share"
  }
}
