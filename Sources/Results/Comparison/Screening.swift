import Glibc
import Measurement

/// The first stage: which arms may have got worse, by two runs alone.
///
/// Liberal, for what it misses nobody measures again: where nothing changed, one row in two hundred is a suspect
/// by chance, or one in ten where they are measured again (``Comparison/Options/suspicion``). What got faster is not
/// measured again, and has to stand out over all rows. Rows are not independent and runs have luck of their own, so the
/// scatter of all rows counts, too: where most rows moved farther than their intervals say, intervals are too
/// narrow for two runs, and all distances are taken for as much smaller (``inflation``). What many rows changed by
/// must not pass for scatter, so that only the twins tell it where suspects are measured again.
struct Screening {
  let inflation: Double
  private(set) var suspects: [Comparison.Suspect] = []
  private(set) var improvements: [Comparison.Change] = []
  private(set) var notBlamed: [Comparison.Change] = []

  init(
    _ changes: [Comparison.Change],
    baselines: [Int: (old: SummaryRow, new: SummaryRow)],
    ownTimes: OwnTimes, code: CodeComparison?, floor: Double, _ options: Comparison.Options
  ) {
    inflation = Self.inflation(changes, byTwinsAlone: options.isLiberal)
    func pValues(_ distance: (Comparison.Change) -> Double) -> [Double] {
      changes.map { [inflation] in Statistics.normalTest(distance($0) / inflation) }
    }
    let strict = pValues { $0.distance }
    let pValues = options.isLiberal ? pValues { $0.liberalDistance } : strict
    let adjusted = Statistics.benjaminiHochberg(strict)
    /// By cell: how sure it is that each of the other arms gained on the baseline.
    var gains: [Int: [(p: Double, adjusted: Double)]] = [:]
    for (change, (p, adjusted)) in zip(changes, zip(pValues, adjusted)) {
      guard p <= options.suspicion, change.size > floor else { continue }
      let own = baselines[change.current.cell]
      let mover = own.map { change.mover(baseline: $0) } ?? .arm
      let isInCode = code?.isShared(by: change.current) == true
      let isShared = isInCode || ownTimes.haveMoved && mover != .arm
      if change.distance < 0 && mover != .both && !isInCode {
        gains[change.current.cell, default: []].append((p, adjusted))
      }
      if isShared {
        notBlamed.append(change)
      } else if change.distance < 0 {
        if adjusted <= Comparison.falseDiscoveryRate { improvements.append(change) }
      } else {
        suspects.append(
          Comparison.Suspect(
            baseline: change.baseline, current: change.current, factor: change.factor, p: p,
            standsOut: adjusted <= Comparison.falseDiscoveryRate, accepted: options.accepted))
      }
    }
    let arms = Dictionary(grouping: changes, by: \.current.cell).mapValues(\.count)
    for (cell, gains) in gains where gains.count == arms[cell] {
      // All others gained: it is the baseline that lost, if it takes longer than it did.
      guard let (old, new) = baselines[cell], gains.count > 1 || ownTimes.haveMoved,
        let factor = old.slowDown(to: new, in: ownTimes.unit), factor > 1 + floor
      else { continue }
      suspects.append(
        Comparison.Suspect(
          baseline: old, current: new, factor: factor, p: gains.map(\.p).max() ?? 1,
          standsOut: gains.allSatisfy { $0.adjusted <= Comparison.falseDiscoveryRate },
          accepted: options.accepted))
    }
    suspects.sort { ($0.p, -$0.factor, $0.name) < ($1.p, -$1.factor, $1.name) }
  }

  /// Of distances that are normal, half are within this many standard errors.
  private static let normalMedian = 0.6745
  /// With fewer rows of an arm their median says little.
  private static let fewestRows = 20

  /// Of each arm's rows, and the twins', how far they scatter about their median, over what normal ones do; of
  /// these numbers the lower median: what one arm, or a few of several, has for being changed in all of its
  /// rows is not taken for scatter.
  private static func inflation(_ changes: [Comparison.Change], byTwinsAlone: Bool) -> Double {
    var cells: Set<Int> = []
    let twins = changes.filter { cells.insert($0.current.cell).inserted }
      .compactMap(\.twinDistance)
    let arms = Dictionary(grouping: changes, by: \.current.arm).values
      .map { $0.map(\.scatter) }
    let excess = ([twins] + (byTwinsAlone ? [] : arms)).filter { $0.count >= fewestRows }
      .map { distances in
        let middle = Statistics.median(distances)
        return Statistics.median(distances.map { abs($0 - middle) }) / normalMedian
      }.sorted()
    return excess.isEmpty ? 1 : max(1, excess[(excess.count - 1) / 2])
  }
}

extension Comparison {
  /// An arm that may have got worse.
  public struct Suspect: Equatable, Sendable {
    /// The arm's rows in both runs; in one of a baseline, the baseline's own.
    public let baseline: SummaryRow
    public let current: SummaryRow
    /// Above 1: by what factor its ratio grew; of a baseline, its own time.
    public let factor: Double
    /// How likely so large a change is without one, by two runs, uncorrected for the number of rows.
    public let p: Double
    /// Whether it would be held for a discovery among all rows.
    public let standsOut: Bool
    /// Why it may be so, where that is accepted.
    public let accepted: String?
    /// What a second measurement said; nil without one.
    public internal(set) var finding: ConfirmingRuns.Finding?

    init(
      baseline: SummaryRow, current: SummaryRow, factor: Double, p: Double, standsOut: Bool,
      accepted: Exceptions
    ) {
      self.baseline = baseline
      self.current = current
      self.factor = factor
      self.p = p
      self.standsOut = standsOut
      self.accepted = accepted.exception(for: current.stableName)?.reason
    }

    public var name: String { current.stableName }
    /// Whether it is the arm that others are compared with.
    public var isBaselineArm: Bool { current.isBaseline }
    /// Whether a second measurement said something of it.
    var isJudged: Bool { finding.map { $0.verdict != .unmeasured } ?? false }
    public var isRed: Bool { finding?.verdict == .confirmed && accepted == nil }
  }
}

extension Comparison.Change {
  /// Whose own time moved.
  fileprivate func mover(baseline: (old: SummaryRow, new: SummaryRow)) -> Mover {
    guard let old = baseline.old.time(in: unit), let new = baseline.new.time(in: unit) else {
      return .arm
    }
    let difference = difference?.estimate ?? (factor - 1) * (current.time(in: unit) ?? 0)
    return Mover(difference: difference, baseline: new - old)
  }

  /// As ``distance``, of the baseline's twin, which is known not to have changed.
  fileprivate var twinDistance: Double? {
    func known(_ row: SummaryRow) -> Shift.Known? {
      guard let low = row.nullLo.map({ log($0) }), let high = row.nullHi.map({ log($0) }) else {
        return nil
      }
      return Shift.Known((low + high) / 2, low, high, coverage: row.coverage)
    }
    guard let old = known(baseline), let new = known(current) else { return nil }
    return Shift(from: old, to: new).distance
  }
}

extension SummaryRow {
  /// The later own time over this one, where the empty loop did not move along.
  fileprivate func slowDown(to new: SummaryRow, in unit: Comparison.Change.Unit) -> Double? {
    guard let before = time(in: unit), let after = new.time(in: unit) else { return nil }
    if let empty = emptyTime(in: unit), let later = new.emptyTime(in: unit),
      Mover(difference: after - before, baseline: later - empty) == .both
    {
      return nil
    }
    return after / before
  }
}
