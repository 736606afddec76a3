import Glibc
import Measurement

/// What suspects come to when they are measured again, both programs in turn.
///
/// Many suspects are *sifted* first: a few runs of all of them (``siftingPairs``) clear those that do not look
/// slower again (``siftingErrorRate``). The rest is measured anew, by as many runs as there is time for
/// (``pairs``), and *judged* by these alone, so that no luck of what came before is part of it.
///
/// The replicate is a run of one process; both programs have as many, each pair of them with a seed of its own, one
/// after the other in an order drawn by lot. What the machine does meanwhile meets both.
///
/// An arm got worse where all of these hold:
/// - its ratio, or its difference where that is steadier, ranks higher with the current program than with the
///   baseline's, by the exact rank-sum test at ``errorRate`` over the number of those judged: one comparison in
///   a thousand of unchanged programs is red, whatever the shape of what processes differ by;
/// - the other of the two points the same way;
/// - it changed by more than the floor, and by more than the baseline's twin, which is the same code, did
///   between the two programs;
/// - it is not explained by the baseline: not where the baseline's own time grew by as much as the difference
///   or more (the harness changed), and not where the baseline got faster and the arm's own time is not longer;
/// - its loop has more work than it had, or its ratio grew by more than where the linker puts loops does: by
///   Student's t over the copies of the loop, which are in one place each.
///
/// A baseline got worse where its own time did, net of the empty loop's, and most other arms' did not.
public struct ConfirmingRuns: Sendable {
  /// How many runs of one process each program has to be judged by: more find smaller changes.
  public static let pairs = 16...64
  /// And to be sifted by.
  public static let siftingPairs = 8
  /// How often an arm that is as it was is not cleared by sifting.
  static let siftingErrorRate = 0.1
  /// How often a comparison of equal programs may be red, at most.
  static let errorRate = 0.001
  /// When a time that an arm's is explained by has moved.
  static let moved = 0.01

  /// What came of a suspect.
  public enum Verdict: String, Sendable {
    /// It is slower than with the baseline's program.
    case confirmed
    /// It is not shown to be: it may be as it was, or slower by less than so many processes can tell.
    case unconfirmed
    /// It is, as much as its baseline or more: something that both share changed.
    case shared
    /// Its baseline got faster.
    case baselineFaster = "baseline_faster"
    /// It is, by no more than copies of its loop differ among each other, and the loop has no more work.
    case placement
    /// Too few of the new runs have it.
    case unmeasured
  }

  public struct Finding: Equatable, Sendable {
    public fileprivate(set) var verdict: Verdict
    /// By what factor ratio or, of a baseline, own time changed, and its interval at 95 %; nil without
    /// ratios.
    public var factor: Double?
    public var factorInterval: ClosedRange<Double>?
    /// By how much the difference or, of a baseline, the net time did, in ``unit``.
    public var shift: Double?
    public var shiftInterval: ClosedRange<Double>?
    public var unit: Comparison.Change.Unit = .cycles
    /// Of the rank-sum test, not corrected for the number of suspects.
    public var p = 1.0
    /// How many processes of the current program it is by.
    public var processes = 0

    init(_ verdict: Verdict) { self.verdict = verdict }
  }

  /// By cell and arm.
  private typealias Rows = [Int: [String: SummaryRow]]
  private let old: Side
  private let new: Side

  /// What one program's runs have.
  private struct Side {
    let rows: [Rows]
    /// By cell and arm, of each copy of the loop the ratios in all runs.
    let copies: [Int: [String: [Int: [Double]]]]

    init(_ runs: [(run: Run, layouts: [LayoutRow])]) {
      rows = runs.map { run, _ in
        Dictionary(grouping: run.summary, by: \.cell).mapValues { rows in
          Dictionary(rows.map { ($0.arm, $0) }) { first, _ in first }
        }
      }
      copies = Dictionary(grouping: runs.flatMap(\.layouts), by: \.cell).mapValues { rows in
        Dictionary(grouping: rows, by: \.arm).mapValues { rows in
          Dictionary(grouping: rows, by: \.layout).mapValues { $0.map(\.ratio) }
        }
      }
    }

    func rows(of cell: Int) -> [[String: SummaryRow]] { rows.compactMap { $0[cell] } }

    /// Of each copy of an arm's loop the logarithm of its median ratio.
    func copies(of cell: Int) -> [String: [Double]] {
      (copies[cell] ?? [:]).mapValues { $0.values.map { log(Statistics.median($0)) } }
    }
  }

  /// - Parameters:
  ///   - baseline: runs of one process by the baseline's program, with the cells' numbers of its run.
  ///   - current: the same by the current program, of the current run.
  /// - Throws: what ``Run/layouts()`` throws.
  public init(baseline: [Run], current: [Run]) throws(ResultsError) {
    func withLayouts(_ runs: [Run]) throws(ResultsError) -> [(run: Run, layouts: [LayoutRow])] {
      try runs.map { run throws(ResultsError) in (run, try run.layouts()) }
    }
    self.init(baseline: try withLayouts(baseline), current: try withLayouts(current))
  }

  init(
    baseline: [(run: Run, layouts: [LayoutRow])], current: [(run: Run, layouts: [LayoutRow])]
  ) {
    old = Side(baseline)
    new = Side(current)
  }

  /// Judges one of `count` suspects.
  func finding(
    for suspect: Comparison.Suspect, among count: Int, floor: Double, hasMoreWork: Bool = false
  ) -> Finding {
    finding(
      for: suspect, level: Self.errorRate / Double(count), floor: floor, hasMoreWork: hasMoreWork)
  }

  /// - Parameters:
  ///   - level: how often an unchanged arm may seem slower.
  ///   - hasMoreWork: whether its loop has, so that it is not only where the loop is.
  func finding(
    for suspect: Comparison.Suspect, level: Double, floor: Double, hasMoreWork: Bool
  ) -> Finding {
    let (before, after) = (suspect.baseline.cell, suspect.current.cell)
    let cell = CellRuns(
      old: old.rows(of: before), new: new.rows(of: after),
      oldCopies: old.copies(of: before), newCopies: new.copies(of: after))
    var finding =
      suspect.isBaselineArm
      ? cell.baseline(suspect.current.arm, level, floor)
      : cell.arm(suspect.current.arm, of: suspect.current.baseline, level, floor)
    if finding.verdict == .confirmed && !hasMoreWork
      && cell.isWithinPlacement(suspect.isBaselineArm ? nil : suspect.current.arm)
    {
      finding.verdict = .placement
    }
    return finding
  }
}

extension Comparison {
  /// Clears suspects that don't look slower in runs of their own.
  /// - Parameter places: where they are in ``suspects``; others stay as they are.
  /// - Returns: the places of those that are left, the surest first.
  /// - Throws: what ``Run/layouts()`` throws.
  public mutating func sift(
    _ places: [Int], baseline: [Run], current: [Run]
  ) throws(ResultsError) -> [Int] {
    let runs = try ConfirmingRuns(baseline: baseline, current: current)
    var left: [(place: Int, p: Double)] = []
    for place in places {
      let finding = runs.finding(
        for: suspects[place], level: ConfirmingRuns.siftingErrorRate, floor: floor,
        hasMoreWork: hasMoreWork(suspects[place]))
      if finding.verdict == .unconfirmed {
        suspects[place].finding = finding
      } else {
        left.append((place, finding.p))
      }
    }
    return left.sorted { ($0.p, $0.place) < ($1.p, $1.place) }.map(\.place)
  }

  /// Judges suspects by runs that nothing else was decided by.
  /// - Parameter places: where they are in ``suspects``; others stay as they are.
  /// - Throws: what ``Run/layouts()`` throws.
  public mutating func confirm(
    _ places: [Int], baseline: [Run], current: [Run]
  ) throws(ResultsError) {
    confirm(places, by: try ConfirmingRuns(baseline: baseline, current: current))
  }

  mutating func confirm(_ places: [Int], by runs: ConfirmingRuns) {
    for place in places {
      suspects[place].finding = runs.finding(
        for: suspects[place], among: places.count, floor: floor,
        hasMoreWork: hasMoreWork(suspects[place]))
    }
  }

  private func hasMoreWork(_ suspect: Suspect) -> Bool {
    let loop = suspect.current.loop(of: suspect.current.arm)
    return code?.regressions.contains { $0.name == loop } == true
  }
}
