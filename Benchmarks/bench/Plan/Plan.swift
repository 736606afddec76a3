import Measurement
import Vmemmap

/// What a run measures, as values: everything that was decided before it began.
///
/// It is handed to the measuring processes part by part (``Assignment``) and kept with the run
/// (`plan.json`), so that nobody makes the same decisions again from other arguments, or on a machine
/// that has changed since.
struct Plan: Codable, Equatable {
  /// The cells asked for, and the self-test's last.
  let cells: [PlannedCell]
  /// How long measuring may take in seconds, building of memory maps included.
  let budget: Double
  /// How often a cell may be looked at.
  let looks: Int
  /// The relative difference that counts as none.
  let margin: Double
  /// Whether cells get verdicts whose memory is not where it belongs, or may be moved meanwhile.
  let acceptsPlacement: Bool
  let setup: Setup

  /// What is the same for all cells in all processes.
  struct Setup: Codable, Equatable {
    let seed: UInt64
    /// How many processes look at a cell before it is judged.
    let processes: Int
    /// How many copies of each timed loop, at different offsets within 64 bytes, take turns.
    let layouts: Int
    /// What footprints are chosen by; the machine's own where it tells.
    let caches: CacheSizes
    /// Whether the old kernel's static key is turned by patching code.
    let patchesKey: Bool
    /// Whether there are several nodes, and pages are asked where they are.
    let isNUMA: Bool
    /// Whether struct pages and templates are put on nodes.
    let bindsToNodes: Bool
    /// The bytes of memory that the machine had for a measuring process; nil where it does not tell.
    let availableMemory: Int?
  }
}

/// A cell as it was planned: with the arms that are measured in it and the CPUs that it runs on.
struct PlannedCell: Codable, Equatable {
  /// Its number in the run.
  let index: Int
  let cell: Cell
  /// The baseline, its twin, the other arms, and of loops the empty one.
  let arms: [Arm]
  /// On which CPUs each thread may run.
  let cpus: [[Int]]
  /// Operations in each timed block, as the first process settled it; nil for that one.
  var iterations: Int?

  /// The arm that the others are compared with.
  var baseline: String { arms[0].name }
}

/// What one measuring process is told to do.
struct Assignment: Codable {
  /// Which of the run's processes this is.
  let process: Int
  /// The process that decides, without which this one has to end.
  let parent: Int32
  /// How long measuring may take.
  let seconds: Double
  let setup: Plan.Setup
  /// In this order; cells that share memory maps stand together.
  let cells: [PlannedCell]
}

extension Plan {
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

  /// How verdicts are reached at each look, given what all looks together may get wrong.
  var rule: VerdictRule {
    VerdictRule(
      margin: margin, confidence: 1 - 0.05 / Double(looks),
      falseDiscoveryRate: 0.05 / Double(looks))
  }

  /// How many copies of each timed loop were built.
  static let availableLayouts = 4
  /// About how long the run takes, in seconds: its budget, unless the fewest rounds take longer.
  var expectedSeconds: Double {
    let groups = cells.grouped(by: \.cell.mapKey).map(\.elements)
    let bytes = groups.reduce(0) { $0 + MachineLimits.mapBytes($1) }
    let least =
      Plan.leastSecondsPerCell * Double(cells.count)
      + Plan.secondsPerGibibyte * Double(bytes) / Double(1 << 30)
    return max(budget, least * Double(setup.processes))
  }

  /// What a process takes at least to check a cell's answers and time a few rounds, and to make and
  /// walk maps: of ten default runs on a virtual machine with 2 CPUs (Zen 5).
  private static let leastSecondsPerCell = 0.05
  private static let secondsPerGibibyte = 0.8

  /// What the self-test adds to the time of a run.
  static let selfTestSeconds = 1.5
  /// Replicates for an interval that is worth its name.
  static let fewestGroups = 12
  static let fewestRoundsPerGroup = 2
  static let mostRoundsPerGroup = 200
}

extension Plan.Setup {
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
