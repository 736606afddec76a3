import Glibc
import Measurement

extension Comparison {
  /// What became of one arm beside its baseline, from one run to another.
  public struct Change: Equatable, Sendable {
    public let baseline: SummaryRow
    public let current: SummaryRow
    /// Of the logarithm of the ratio to the baseline's time: above 0 the arm lost ground.
    public let ratio: Shift?
    /// Of the difference to the baseline's time, in ``unit``.
    public let difference: Shift?
    /// What differences are in: cycles of the CPU where both runs have them.
    public let unit: Unit
    /// How far it is from none, in standard errors; by the steadier of ratio and difference, and 0 where
    /// the two point to different sides: a cost that arm and baseline share makes ratios smaller, and that
    /// is neither worse nor better.
    let distance: Double
    /// As ``distance``, whatever side the other of the two points to.
    let scatter: Double
    /// As ``distance``, by the copies of the timed loops, each beside itself: copies differ, a run's interval
    /// holds them all, and the same copy is as it was. The process that timed one timed all of them, so that
    /// they are not independent: good enough to suspect by. Nil where runs don't have it.
    let distanceByLayout: Double?

    public enum Unit: String, Sendable {
      case cycles
      case nanoseconds = "ns"
    }

    /// Nil if rows lack the intervals of both ratio and difference.
    /// - Parameter layouts: what both runs have of the arm by copies of the loops.
    init?(
      baseline: SummaryRow, current: SummaryRow,
      layouts: (old: [LayoutRow], new: [LayoutRow])? = nil
    ) {
      distanceByLayout = layouts.flatMap { old, new in
        Self.distance(
          from: old, of: baseline.processes, to: new, of: current.processes)
      }
      self.baseline = baseline
      self.current = current
      ratio = Shift(baseline, current) {
        Shift.Known(
          $0.ratio.map { log($0) }, $0.ratioLo.map { log($0) }, $0.ratioHi.map { log($0) },
          coverage: $0.coverage)
      }
      let cycles = Shift(baseline, current) {
        Shift.Known(
          $0.differenceCycles, $0.differenceCyclesLo, $0.differenceCyclesHi, coverage: $0.coverage)
      }
      unit = cycles == nil ? .nanoseconds : .cycles
      difference =
        cycles
        ?? Shift(baseline, current) {
          Shift.Known($0.differenceNS, $0.differenceLo, $0.differenceHi, coverage: $0.coverage)
        }
      guard let some = ratio ?? difference else { return nil }
      guard let ratio, let difference else {
        (distance, scatter) = (some.distance, some.distance)
        return
      }
      let isOneWay = ratio.estimate * difference.estimate > 0
      let time = current.time(in: unit) ?? .infinity
      scatter =
        ratio.width <= difference.width / time ? ratio.distance : difference.distance
      distance = isOneWay ? scatter : 0
    }

    /// What is suspected by, where suspects are measured again: the larger of two distances to one side.
    var liberalDistance: Double {
      guard let distanceByLayout, distance * distanceByLayout > 0 else { return distance }
      return abs(distance) > abs(distanceByLayout) ? distance : distanceByLayout
    }

    /// How far the mean over all copies moved, in standard errors; nil unless both runs have an interval of
    /// each copy.
    private static func distance(
      from old: [LayoutRow], of oldProcesses: Int, to new: [LayoutRow], of newProcesses: Int
    ) -> Double? {
      let before = Dictionary(old.map { ($0.layout, $0) }) { first, _ in first }
      let pairs = new.compactMap { row in before[row.layout].map { (old: $0, new: row) } }
      guard !pairs.isEmpty, pairs.count == old.count, pairs.count == new.count,
        min(oldProcesses, newProcesses) > 1
      else { return nil }
      /// The intervals of all copies hold together at 95 % or more, by Student's t.
      let confidence = 1 - 0.05 / Double(pairs.count)
      func variance(_ row: LayoutRow, _ processes: Int) -> Double? {
        guard let low = row.ratioLo, let high = row.ratioHi else { return nil }
        let reach = Statistics.studentT(
          confidence: confidence, degreesOfFreedom: processes - 1)
        let error = log(high / low) / 2 / reach
        return error * error
      }
      let variances = pairs.flatMap {
        [variance($0.old, oldProcesses), variance($0.new, newProcesses)]
      }
      guard !variances.contains(nil) else { return nil }
      let shift = pairs.reduce(0) { $0 + log($1.new.ratio / $1.old.ratio) }
      let error = variances.reduce(0) { $0 + ($1 ?? 0) }.squareRoot()
      return shift == 0 ? 0 : shift / error
    }

    /// The current ratio over the earlier one, above 1 where the arm lost ground; where there are no
    /// ratios, 1 and the difference's part of the arm's time.
    public var factor: Double {
      if let ratio { return exp(ratio.estimate) }
      let time = current.time(in: unit) ?? .infinity
      return 1 + (difference?.estimate ?? 0) / time
    }

    /// By what share of the arm's time it changed: 0.02 is 2 %.
    public var size: Double { abs(factor - 1) }

    /// The arm's and the baseline's names and the cell's, for globs.
    public var name: String { current.stableName }
  }
}

extension Shift {
  fileprivate var width: Double { interval.upperBound - interval.lowerBound }

  /// Nil where one of the rows does not know the quantity.
  fileprivate init?(
    _ old: SummaryRow, _ new: SummaryRow, _ known: (SummaryRow) -> Known?
  ) {
    guard let old = known(old), let new = known(new) else { return nil }
    self.init(from: old, to: new)
  }
}

extension SummaryRow {
  /// The arm's own time.
  func time(in unit: Comparison.Change.Unit) -> Double? {
    unit == .cycles ? cycles : nsPerOp
  }

  /// The arm's difference to the baseline's time.
  func difference(in unit: Comparison.Change.Unit) -> Double? {
    unit == .cycles ? differenceCycles : differenceNS
  }

  /// The time of the empty loop, as far as it can be told from the arm's own and its net time.
  func emptyTime(in unit: Comparison.Change.Unit) -> Double? {
    guard let nsNet, let time = time(in: unit) else { return nil }
    return time * (1 - nsNet / nsPerOp)
  }
}
