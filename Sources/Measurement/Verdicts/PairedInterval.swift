/// The median of a paired quantity, such as arm less baseline, with an interval that covers what
/// differs between rounds, between processes and between code layouts.
///
/// # Method
///
/// The replicate is the *group*: the rounds of one (process, layout, block). A group's value is the
/// median of its rounds; `median` is that of the groups' values.
///
/// The interval starts as the exact sign-test interval over the groups' values, which needs neither
/// normality nor resampling. It is exact while groups are independent. Where processes or layouts
/// differ, their groups come in clusters and that interval is too narrow, so it is widened where
/// necessary until it holds:
/// - the sign-test interval over the processes' medians, which takes 6 of them at 95 % and 7 at
///   97.5 %. Where there are fewer, but more than one, all their medians and Student's t interval
///   over them. A process is a draw of placement from many, and more of them narrow the interval;
/// - the medians of all layouts, however many. The layouts are the very copies that were timed, and
///   a difference whose sign depends on the copy must keep "no difference" inside the interval.
///
/// Widening adds little when all agree, and no number of rounds of the same luck narrows it.
///
/// # Limits
///
/// - `coverage` is that of the sign-test interval over the groups, before widening.
/// - Where processes differ more than their rounds do, the t interval is what keeps the confidence,
///   and it takes the quantity to be normal between processes. At 95 %, 3 processes cover the
///   median of where they came from with probability 95 % if that is normal, 94 % if it is
///   log-normal and 92 % if it is uniform.
/// - Where placement has two outcomes, all processes may meet the rarer one and tell nothing of the
///   other, which odds of 7 to 3 make a matter of 3 %. At even odds the median lies between the
///   two, and P processes cover it with probability 1 - 2^(1 - P) only: 75 % for 3, 97 % for 6.
/// - Two processes make an interval that reaches 6 times their distance to either side at 95 %.
/// - One process says nothing about others: the interval holds for its placement alone,
///   `pDifference` is 1, and `VerdictRule` gives no verdict.
/// - What lasts as long as the run, such as a busy neighbour, all its processes share: no interval
///   made of one run tells of it.
/// - Where the linker put the copies of a loop is the same in all processes, too. Layouts are not a
///   sample of all layouts: nothing is said about copies that were not timed, and if their luck is
///   all that differs, L of them lie on both sides of the truth with probability 1 - 2^(1 - L):
///   87.5 % for 4.
/// - Blocks should be long enough to be nearly independent, and groups should number at least 12:
///   at 95 % the interval then leaves out the two outermost values on either side.
/// - An odd number of rounds in a group makes its median free of bias in the middle of a skewed
///   distribution; an even number averages two rounds and leans a little to the longer tail.
///
/// The coverage that simulations find, with all these at work, is in `CoverageTests`.
public struct PairedInterval: Equatable, Sendable {
  public let median: Double

  /// The lower end of the interval of `median`.
  public let lower: Double

  /// The upper end of the interval of `median`.
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

  /// How probable values at least as far from 0 as these are if there is no difference, uncorrected
  /// for the number of arms: the larger of
  /// - the exact two-sided sign test of the groups' values, which knows nothing of processes and
  ///   takes their groups to be independent;
  /// - the two-sided t test of the processes' medians, which knows nothing of rounds and takes
  ///   processes to be normal.
  ///
  /// Each rejects too often where its assumption fails, and both fail together only where the
  /// interval does. 1 where there is one process only, for it says nothing about others.
  public let pDifference: Double

  /// The interval from `lower` to `upper`.
  public var interval: ClosedRange<Double> { lower...upper }

  init(
    _ groups: RoundGroups, rounds: Int, confidence: Double
  ) throws(EstimateError) {
    let values = groups.values
    guard let sign = Statistics.signTestInterval(values, confidence: confidence) else {
      throw .tooFewGroups(
        found: values.count,
        needed: Statistics.fewestValues(confidence: confidence),
        confidence: confidence)
    }
    let ofLayouts = groups.ofLayouts
    let held = groups.spreadOfProcesses(confidence: confidence) + ofLayouts
    median = Statistics.median(values)
    lower = held.reduce(sign.lower, min)
    upper = held.reduce(sign.upper, max)
    coverage = sign.coverage
    replicates = values.count
    self.rounds = rounds
    processes = groups.ofProcesses.count
    layouts = ofLayouts.count
    pDifference = groups.pDifference
  }
}
