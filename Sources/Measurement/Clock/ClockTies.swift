/// How often the clock could not tell two timed blocks of one round apart.
///
/// A clock that advances every 10 ns tells 36 us to 0.03 %. Where many rounds tie, a median ratio
/// of exactly 1 says no more than that, and an interval that ends at 1 is only as fine as the
/// clock.
public enum ClockTies {
  /// The share (0...1) of rounds in which arm and baseline took equally many ticks.
  ///
  /// A clock whose ticks are rounded to whole nanoseconds shows equal numbers of them as times that
  /// differ a little; what lies nearer to no tick than to one counts as a tie.
  ///
  /// - Parameters:
  ///   - rounds: each round's times in nanoseconds.
  ///   - step: of the clock, in nanoseconds, at least 1 (``MonotonicRawClock/stepAndCost()``).
  /// - Returns: Nil when there are no rounds.
  public static func share(
    of rounds: [(arm: UInt64, baseline: UInt64)],
    step: UInt64
  ) -> Double? {
    guard !rounds.isEmpty else { return nil }
    // The most that is less than half of a step: 0 for steps of 1 or 2 ns.
    let reach = (max(step, 1) - 1) / 2
    let ties = rounds.count {
      max($0.arm, $0.baseline) - min($0.arm, $0.baseline) <= reach
    }
    return Double(ties) / Double(rounds.count)
  }
}
