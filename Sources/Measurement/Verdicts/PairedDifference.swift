/// How much longer an arm takes than its baseline, for each operation: what the ratio does not
/// tell, because it depends on what the loop around the operation costs.
///
/// By the method of ``PairedInterval`` from the very rounds that the ratio is made of
/// (``PairedEstimate``). The two are medians of different quantities: where the baseline's time
/// differs between processes, one interval may exclude "no difference" and the other hold it.
/// Verdicts are by the ratio.
public struct PairedDifference: Equatable, Sendable {
  /// Arm less baseline in nanoseconds per operation; negative where the arm was faster.
  public let nanoseconds: PairedInterval

  /// The same in cycles, each round's difference by its own cycle. Nil where a round has none.
  public let cycles: PairedInterval?

  /// Estimates the difference from `rounds`, in any order, at the confidence of `rule`.
  public init(
    _ rounds: [PairedRound],
    rule: VerdictRule = VerdictRule()
  ) throws(EstimateError) {
    try rounds.checkFinite()
    nanoseconds = try PairedInterval(
      RoundGroups(rounds, of: \.difference), rounds: rounds.count, confidence: rule.confidence)
    cycles =
      rounds.allSatisfy { $0.cycle != nil }
      ? try PairedInterval(
        RoundGroups(rounds) { $0.cycle!.cycles($0.difference) }, rounds: rounds.count,
        confidence: rule.confidence)
      : nil
  }
}
