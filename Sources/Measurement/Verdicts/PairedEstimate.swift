internal import Glibc

/// How long an arm takes relative to its baseline, with an interval that covers what differs
/// between rounds, between processes and between code layouts.
///
/// # Method
///
/// Rounds that follow each other within a process share its memory placement, and rounds in one
/// code layout share its luck, so their number says little about how well a ratio is known. The
/// replicate is therefore the *group*: the rounds of one (process, layout, block). A group's value
/// is the median of its log ratios; `ratio` is the median of the groups' values.
///
/// The interval starts as the exact sign-test interval over the groups' values, which needs neither
/// normality nor resampling. It is exact while groups are independent. Where processes or layouts
/// differ, their groups come in clusters and that interval is too narrow, so it is widened where
/// necessary until it holds:
/// - the sign-test interval over the processes' medians, which takes 6 of them at 95 %. Where there
///   are fewer, but more than one, all their medians and Student's t interval over them. A process is
///   a draw of placement from many, and more of them narrow the interval;
/// - the medians of all layouts, however many. The layouts are the very copies that were timed, and
///   a difference whose sign depends on the copy must keep 1 inside the interval.
///
/// Widening adds little when all agree, and no number of rounds of the same luck narrows it.
///
/// # Limits
///
/// - `coverage` is that of the sign-test interval over the groups, before widening.
/// - Where processes differ more than their rounds do, the t interval is what keeps the confidence,
///   and it takes log ratios to be normal between processes. At 95 %, 3 processes cover the median
///   of where they came from with probability 95 % if that is normal, 94 % if it is log-normal and
///   92 % if it is uniform.
/// - Where placement has two outcomes, all processes may meet the rarer one and tell nothing of the
///   other, which odds of 7 to 3 make a matter of 3 %. At even odds the median lies between the two,
///   and P processes cover it with probability 1 - 2^(1 - P) only: 75 % for 3, 97 % for 6.
/// - Two processes make an interval that reaches 6 times their distance to either side at 95 %.
/// - One process says nothing about others: the interval holds for its placement alone, and a claim
///   leans on the A/A twin (`VerdictRule`).
/// - What lasts as long as the run, such as a busy neighbour, all its processes share: no interval
///   made of one run tells of it.
/// - Layouts are not a sample of all layouts: nothing is said about copies that were not timed.
/// - Blocks should be long enough to be nearly independent, and groups should number at least 12:
///   at 95 % the interval then leaves out the two outermost values on either side.
/// - An odd number of rounds in a group makes its median free of bias in the middle of a skewed
///   distribution; an even number averages two rounds and leans a little to the longer tail.
///
/// The coverage that simulations find, with all these at work, is in `CoverageTests`.
public struct PairedEstimate: Equatable, Sendable {
  /// Time of the arm over time of the baseline: below 1 the arm was faster.
  public let ratio: Double

  /// The lower end of the interval of `ratio`.
  public let lower: Double

  /// The upper end of the interval of `ratio`.
  public let upper: Double

  /// The sign-test interval's exact coverage, at least the confidence asked for; see the limits.
  public let coverage: Double

  /// Groups that the interval is made of.
  public let replicates: Int

  /// Rounds in all groups together.
  public let rounds: Int

  /// Different processes among the rounds.
  public let processes: Int

  /// Different code layouts among the rounds.
  public let layouts: Int

  /// The exact two-sided sign test of the groups' medians against "no difference", uncorrected for
  /// the number of arms and blind to processes and layouts: the interval guards those.
  public let pDifference: Double

  /// Whether each layout's own median lies on the same side of 1 as `ratio`, or all of them lie
  /// within the rule's margin. Nil when there is one layout only.
  public let layoutsAgree: Bool?

  /// The interval from `lower` to `upper`.
  public var interval: ClosedRange<Double> { lower...upper }

  /// Estimates the ratio from `rounds`, in any order, at the confidence and margin of `rule`.
  public init(
    _ rounds: [PairedRound],
    rule: VerdictRule = VerdictRule()
  ) throws(EstimateError) {
    if let round = rounds.first(where: { !$0.logRatio.isFinite }) { throw .notFinite(round) }
    let groups = Dictionary(grouping: rounds, by: Group.init).mapValues { rounds in
      Statistics.median(rounds.map(\.logRatio))
    }
    let values = Array(groups.values)
    guard let sign = Statistics.signTestInterval(values, confidence: rule.confidence) else {
      throw .tooFewGroups(
        found: values.count,
        needed: Statistics.fewestValues(confidence: rule.confidence),
        confidence: rule.confidence
      )
    }
    let processMedians = Self.medians(of: groups, by: \.process)
    let layoutMedians = Self.medians(of: groups, by: \.layout)
    let spread =
      Self.spread(ofProcesses: processMedians, confidence: rule.confidence) + layoutMedians
    let median = Statistics.median(values)
    self.ratio = exp(median)
    self.lower = exp(spread.reduce(sign.lower, min))
    self.upper = exp(spread.reduce(sign.upper, max))
    self.coverage = sign.coverage
    self.replicates = values.count
    self.rounds = rounds.count
    self.processes = processMedians.count
    self.layouts = layoutMedians.count
    self.pDifference = Statistics.signTest(values)
    self.layoutsAgree =
      layoutMedians.count < 2
      ? nil
      : layoutMedians.allSatisfy { $0 * median > 0 }
        || layoutMedians.allSatisfy { rule.sameRatios.contains(exp($0)) }
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

  /// What the interval must hold for the processes' sake.
  private static func spread(ofProcesses medians: [Double], confidence: Double) -> [Double] {
    if let sign = Statistics.signTestInterval(medians, confidence: confidence) {
      return [sign.lower, sign.upper]
    }
    // The t interval alone may leave out the farthest of 5 processes.
    let normal = Statistics.studentTInterval(medians, confidence: confidence)
    return medians + (normal.map { [$0.lowerBound, $0.upperBound] } ?? [])
  }

  private static func medians(
    of groups: [Group: Double],
    by level: KeyPath<Group, Int>
  ) -> [Double] {
    Dictionary(grouping: groups) { $0.key[keyPath: level] }.values.map { members in
      Statistics.median(members.map(\.value))
    }
  }
}

private struct Group: Hashable {
  let process: Int
  let layout: Int
  let block: Int

  init(_ round: PairedRound) {
    self.process = round.process
    self.layout = round.layout
    self.block = round.block
  }
}
