import Measurement
import Vmemmap

/// Everything that determines a run but the machine.
struct Plan {
  /// The cells asked for, and the self-test's last.
  let cells: [Cell]
  /// How many processes look at a cell before it is judged.
  let processes: Int
  /// How many copies of each timed loop, at different offsets within 64 bytes, take turns.
  let layouts: Int
  let seed: UInt64
  /// How long measuring may take in seconds, building of memory maps included.
  let budget: Double
  /// How often a cell may be looked at.
  let looks: Int
  /// How verdicts are reached, at each look.
  let rule: VerdictRule
  let choice: ArmChoice
  let topology: Topology
  /// Whether struct pages and templates are put on nodes.
  let bindsToNodes: Bool
  /// The CPUs of each node that this process may use.
  let cpus: [Int: [Int]]
  /// Whether cells get verdicts whose memory is not where it belongs, or may be moved meanwhile.
  let acceptsPlacement: Bool

  /// How often a cell may be looked at: it gets a second set of processes while it is unresolved, if
  /// there is time for more than one.
  ///
  /// The number depends on the plan alone, not on what was measured, and each look spends an equal
  /// part of the error rate, so that all looks together keep it (Bonferroni: whatever they have to do
  /// with each other).
  static func looks(budget: Double, cells: Int) -> Int {
    budget >= secondsForSecondLook * Double(cells) ? 2 : 1
  }

  /// With less for each cell the first look, with maps to make and answers to check, takes all.
  private static let secondsForSecondLook = 0.5
  /// The part of the budget that the first of two looks, at all cells, may take.
  static let firstLookShare = 0.75

  /// The rule for one look, given what all looks together may get wrong.
  static func rule(margin: Double, looks: Int) -> VerdictRule {
    VerdictRule(
      margin: margin, confidence: 1 - 0.05 / Double(looks),
      falseDiscoveryRate: 0.05 / Double(looks))
  }

  /// How many copies of each timed loop were built.
  static let availableLayouts = 4
  /// What the self-test adds to the time of a run.
  static let selfTestSeconds = 1.5
  /// Replicates for an interval that is worth its name.
  static let fewestGroups = 12
  static let fewestRoundsPerGroup = 2
  static let mostRoundsPerGroup = 200

  /// Rounds of a layout in a process fall into so many blocks, each of which is a replicate.
  ///
  /// - Parameter layouts: how many the cell has.
  func blocks(layouts: Int) -> Int {
    (Plan.fewestGroups + processes * layouts - 1) / (processes * layouts)
  }

  /// How many rounds of a layout in a block there is time for; the fewest in any case.
  ///
  /// - Parameters:
  ///   - roundCost: nanoseconds.
  ///   - deadline: on ``MonotonicRawClock``.
  func roundsPerGroup(roundCost: Double, groups: Int, until deadline: UInt64) -> Int {
    let time = max(0, Double(deadline) - Double(MonotonicRawClock.now()))
    // Odd, because the median of an odd number leans to neither tail.
    return min(
      max(Int(time / roundCost) / groups, Plan.fewestRoundsPerGroup), Plan.mostRoundsPerGroup) | 1
  }
}
