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
    let cell = Cell(
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

/// The rows of one cell, by arm, of each run.
private struct Cell {
  let old: [[String: SummaryRow]]
  let new: [[String: SummaryRow]]
  /// Of each copy of an arm's loop the logarithm of its ratio.
  let oldCopies: [String: [Double]]
  let newCopies: [String: [Double]]

  /// Whether other places of the same code could do as much to an arm, or, for the baseline, to all others.
  func isWithinPlacement(_ arm: String?) -> Bool {
    guard let arm else {
      return newCopies.keys.contains { isWithinPlacement($0, sign: -1) }
    }
    return isWithinPlacement(arm, sign: 1)
  }

  /// - Parameter sign: 1 where its ratio grew, -1 where it shrank.
  private func isWithinPlacement(_ arm: String, sign: Double) -> Bool {
    let (old, new) = (oldCopies[arm] ?? [], newCopies[arm] ?? [])
    guard
      let t = Statistics.studentTTest(new.map { $0 * sign }, above: old.map { $0 * sign })
    else { return false }
    return t > ConfirmingRuns.errorRate
  }

  /// A quantity as both programs have it.
  struct Sample {
    var old: [Double] = []
    var new: [Double] = []

    /// One process tells nothing of others, and fewer than these can't be told apart.
    var isEmpty: Bool { min(old.count, new.count) < 6 }
    var shift: (median: Double, interval: ClosedRange<Double>) {
      Statistics.shift(of: new, from: old)
    }
    var p: Double { Statistics.rankSumTest(new, above: old) }
    /// Of both programs' values as one lot, so that choosing by it says nothing of which program a value is
    /// of, and the test stays exact.
    var scatter: Double { Statistics.interquartileRange(old + new) }
    /// Whether it became more.
    var grew: Bool { !isEmpty && p <= ConfirmingRuns.moved }
    /// Whether it moved to one side, and by more than a share of what it is to explain.
    func explains(_ change: Double, share: Double = 0.5) -> Bool {
      guard !isEmpty, shift.median * change > 0, abs(shift.median) > share * abs(change) else {
        return false
      }
      return change > 0 ? grew : reversed.grew
    }
    var reversed: Sample { Sample(old: old.map { -$0 }, new: new.map { -$0 }) }
  }

  func sample(_ arm: String, _ value: (SummaryRow) -> Double?) -> Sample {
    func values(_ runs: [[String: SummaryRow]]) -> [Double] {
      runs.compactMap { $0[arm].flatMap(value) }.filter(\.isFinite)
    }
    return Sample(old: values(old), new: values(new))
  }

  /// Cycles where all rows of an arm have them.
  func unit(_ arm: String) -> Comparison.Change.Unit {
    (old + new).allSatisfy { $0[arm]?.cycles != nil } ? .cycles : .nanoseconds
  }

  func arm(
    _ arm: String, of baseline: String, _ level: Double, _ floor: Double
  ) -> ConfirmingRuns.Finding {
    let unit = unit(arm)
    let ratio = sample(arm) { $0.ratio.map { log($0) } }
    let difference = sample(arm) { $0.difference(in: unit) }
    guard !ratio.isEmpty || !difference.isEmpty else { return ConfirmingRuns.Finding(.unmeasured) }
    let own = sample(arm) { $0.time(in: unit) }
    let time = own.new.isEmpty ? .infinity : Statistics.median(own.new)
    let size = ratio.isEmpty ? difference.shift.median / time : exp(ratio.shift.median) - 1
    let steadier =
      ratio.isEmpty || !difference.isEmpty && difference.scatter / time < ratio.scatter
      ? difference : ratio
    let isOneWay =
      ratio.isEmpty || difference.isEmpty || ratio.shift.median * difference.shift.median > 0
    let twin = sample(arm) { row in
      row.nullLo.flatMap { low in row.nullHi.map { (log(low) + log($0)) / 2 } }
    }
    let noise = twin.isEmpty ? 0 : exp(abs(twin.shift.median)) - 1
    let verdict: ConfirmingRuns.Verdict
    if steadier.p > level || !isOneWay || size <= max(floor, noise) {
      verdict = .unconfirmed
    } else {
      let change = difference.isEmpty ? size * time : difference.shift.median
      let reference = sample(baseline) { $0.time(in: unit) }
      verdict =
        reference.explains(change, share: 1)
        ? .shared : reference.reversed.explains(change) && !own.grew ? .baselineFaster : .confirmed
    }
    return finding(
      verdict, factor: ratio.isEmpty ? nil : ratio, shift: difference, unit, p: steadier.p)
  }

  func baseline(_ arm: String, _ level: Double, _ floor: Double) -> ConfirmingRuns.Finding {
    let unit = unit(arm)
    let own = sample(arm) { $0.time(in: unit) }
    guard !own.isEmpty else { return ConfirmingRuns.Finding(.unmeasured) }
    let empty = sample(arm) { $0.emptyTime(in: unit) }
    let net = sample(arm) { row in
      row.emptyTime(in: unit).flatMap { empty in row.time(in: unit).map { $0 - empty } }
    }
    let judged = net.isEmpty ? own : net
    let change = judged.shift.median
    let others = Set((old + new).flatMap(\.keys)).subtracting([arm])
    let along = others.count { other in
      sample(other) { $0.time(in: unit) }.explains(change)
    }
    let verdict: ConfirmingRuns.Verdict
    if judged.p > level || change <= floor * Statistics.median(own.old) {
      verdict = .unconfirmed
    } else {
      verdict = empty.explains(change) || 2 * along > others.count ? .shared : .confirmed
    }
    return finding(
      verdict, factor: sample(arm) { $0.time(in: unit).map { log($0) } }, shift: judged, unit,
      p: judged.p)
  }

  private func finding(
    _ verdict: ConfirmingRuns.Verdict, factor: Sample?, shift: Sample,
    _ unit: Comparison.Change.Unit, p: Double
  ) -> ConfirmingRuns.Finding {
    var finding = ConfirmingRuns.Finding(verdict)
    if let factor = factor?.shift {
      finding.factor = exp(factor.median)
      finding.factorInterval = exp(factor.interval.lowerBound)...exp(factor.interval.upperBound)
    }
    if !shift.isEmpty {
      (finding.shift, finding.shiftInterval) = (shift.shift.median, shift.shift.interval)
    }
    finding.unit = unit
    finding.p = p
    finding.processes = shift.isEmpty ? factor?.new.count ?? 0 : shift.new.count
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
    let runs = try ConfirmingRuns(baseline: baseline, current: current)
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
