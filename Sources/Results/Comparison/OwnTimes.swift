import Glibc
import Measurement

/// What became of the baseline arms' own times, the empty loops', and the length of a cycle: what is not
/// the arms' doing.
public struct OwnTimes: Equatable, Sendable {
  /// Cells whose baseline arm both runs timed.
  public let cells: Int
  /// In how many its time moved by more than the margin, up and down.
  public let slower: Int
  public let faster: Int
  /// By what factor baselines' times moved, in the unit; the median.
  public let factor: Double
  /// By how much the empty loops' times moved in the unit; the median. Nil without.
  public let emptyShift: Double?
  /// By what factor a cycle became longer; the median. Nil where it was not told.
  public let cycleFactor: Double?
  public let unit: Comparison.Change.Unit

  /// Two times of the same code that differ by less are none of the machine's or the harness's doing.
  static let margin = 0.02

  /// - Parameter pairs: the baselines' own rows in both runs.
  init(_ pairs: [(old: SummaryRow, new: SummaryRow)]) {
    let haveCycles = pairs.allSatisfy { $0.old.cycles != nil && $0.new.cycles != nil }
    let unit: Comparison.Change.Unit = haveCycles ? .cycles : .nanoseconds
    func medianOf(_ value: ((old: SummaryRow, new: SummaryRow)) -> Double?) -> Double? {
      let values = pairs.compactMap(value)
      return values.isEmpty ? nil : Statistics.median(values)
    }
    let factors = pairs.compactMap { old, new in
      old.time(in: unit).flatMap { old in new.time(in: unit).map { $0 / old } }
    }
    self.unit = unit
    cells = factors.count
    slower = factors.count { $0 > 1 + Self.margin }
    faster = factors.count { $0 < 1 / (1 + Self.margin) }
    factor = factors.isEmpty ? 1 : Statistics.median(factors)
    emptyShift = medianOf { old, new in
      old.emptyTime(in: unit).flatMap { old in new.emptyTime(in: unit).map { $0 - old } }
    }
    cycleFactor = medianOf { old, new in
      old.cycleLength.flatMap { old in new.cycleLength.map { $0 / old } }
    }
  }

  /// Whether baselines moved alike, in half of the cells or more: then it is the harness, the machine or
  /// the baselines' own code that changed, and an arm is not blamed for what its baseline shares.
  public var haveMoved: Bool {
    cells >= Self.fewestCells && 2 * max(slower, faster) >= cells
  }

  /// Of fewer cells nothing general can be said.
  private static let fewestCells = 4

  /// Whether so many moved that one should know.
  var isRemarkable: Bool { 10 * (slower + faster) > cells }
}

/// Whose own time moved where the difference of an arm and its baseline did.
enum Mover: Equatable {
  case arm
  /// The baseline became as much faster, or slower, as the arm seems to have become the contrary.
  case baseline
  /// Both moved the same way.
  case both

  /// - Parameters:
  ///   - difference: what the difference changed by.
  ///   - baseline: what the baseline's own time changed by.
  init(difference: Double, baseline: Double) {
    if baseline * difference.signum > abs(difference) / 2 {
      self = .both
    } else {
      self = -baseline * difference.signum > abs(difference) / 2 ? .baseline : .arm
    }
  }
}

extension Double {
  fileprivate var signum: Double { self < 0 ? -1 : 1 }
}

extension SummaryRow {
  /// In nanoseconds.
  fileprivate var cycleLength: Double? { cycles.map { nsPerOp / $0 } }
}
