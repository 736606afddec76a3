/// How many first rounds of a process are warm-up, by a rule that is fixed before anything is
/// measured.
///
/// Times fall over a process's first rounds: caches, predictors, the core's frequency and the
/// hypervisor get used to the work. Rounds are warm-up until every arm is flat: until the medians
/// of its two latest windows of rounds differ by less than the tolerance. Windows do not overlap,
/// and are compared when one is full. At the limit warm-up is over in any case, and `isFlat` tells
/// that it was not enough.
///
/// What is judged can't choose the rounds that it is judged by: only each arm's own level is looked
/// at, never a ratio; one decision holds for all arms; and the rounds that are kept are those after
/// it, so that what made the windows agree is not among them. What the rule leaves, such as a drift
/// too slow to show between two windows, `Statistics.drift` tells.
public struct WarmUp: Equatable, Sendable {
  /// Rounds in a window.
  public let window: Int

  /// By how much, relative to the smaller of the two, the medians of flat windows differ less.
  public let tolerance: Double

  /// The most rounds that may be warm-up.
  public let limit: Int

  /// Rounds of warm-up so far.
  public private(set) var rounds = 0

  /// Whether all arms were flat when the latest window was full.
  public private(set) var isFlat = false

  /// Of the window that is being filled, each arm's times.
  private var times: [[Double]]
  /// Of the window before, each arm's median.
  private var medians: [Double]?

  /// A warm-up before its first round.
  ///
  /// - Parameters:
  ///   - arms: at least 1.
  ///   - window: at least 1, and a multiple of the layouts that take turns from round to round, or
  ///     windows differ by their layouts. The more rounds, the less does chance look like a drift.
  ///   - tolerance: above 0.
  ///   - limit: at least two windows, without which nothing can be compared.
  public init(arms: Int, window: Int, tolerance: Double = 0.01, limit: Int) {
    precondition(arms > 0, "a warm-up needs at least one arm")
    precondition(window > 0, "a window has at least one round")
    precondition(tolerance > 0, "a tolerance is a relative difference above 0")
    precondition(limit >= 2 * window, "a warm-up has room for two windows at least")
    self.window = window
    self.tolerance = tolerance
    self.limit = limit
    times = Array(repeating: [], count: arms)
  }

  /// Whether the next round is one to keep.
  public var isOver: Bool { isFlat || rounds >= limit }

  /// Takes a round's times, one of each arm, in any unit that stays the same.
  public mutating func add(_ round: [Double]) {
    precondition(round.count == times.count, "a round has a time of each arm")
    precondition(!isOver, "rounds after a warm-up are to be kept")
    rounds += 1
    for (arm, time) in round.enumerated() { times[arm].append(time) }
    guard times[0].count == window else { return }
    let latest = times.map(Statistics.median)
    if let medians { isFlat = zip(medians, latest).allSatisfy(areLevel) }
    medians = latest
    times = Array(repeating: [], count: times.count)
  }

  private func areLevel(_ first: Double, _ second: Double) -> Bool {
    abs(second - first) < tolerance * min(first, second)
  }
}
