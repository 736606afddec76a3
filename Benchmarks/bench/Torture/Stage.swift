/// What a folio's struct pages are at a time of their life.
///
///     ordinary ──► dropping ──► frozen ──► quiescent ──► optimized ──► inUse ──► restored ──► ordinary ...
enum Stage: Int, CaseIterable {
  /// Pages of order 0 in use, each with one reference.
  case ordinary
  /// The same, each of which has lost the reference: every count is 0, and nothing else was done.
  case dropping
  /// Freed, and made one compound page by `prep_compound_page()`; every count is 0.
  case frozen
  /// The same after a grace period, where the form has them: readers that knew the ordinary pages
  /// are gone.
  case quiescent
  /// Tails are mapped read-only to what is shared; every count is 0.
  case optimized
  /// The same with one reference on the head.
  case inUse
  /// Frozen again, with struct pages of their own.
  case restored
}

extension Stage: CustomStringConvertible {
  var description: String {
    switch self {
    case .ordinary: "ordinary"
    case .dropping: "dropping"
    case .frozen: "frozen"
    case .quiescent: "quiescent"
    case .optimized: "optimised"
    case .inUse: "in use"
    case .restored: "restored"
    }
  }
}

/// A time in the life of folios that live again and again.
struct Moment: Comparable {
  let number: Int

  init(number: Int) { self.number = number }

  var stage: Stage { Stage(rawValue: number % Stage.allCases.count)! }
  var next: Moment { Moment(number: number + 1) }

  /// This moment or the next one with a stage.
  func first(_ stage: Stage) -> Moment {
    let count = Stage.allCases.count
    return Moment(number: number + (stage.rawValue - self.stage.rawValue + count) % count)
  }

  static func < (some: Moment, other: Moment) -> Bool { some.number < other.number }

  /// The stages that were met from this moment to a later one.
  func stages(to later: Moment) -> Set<Stage> {
    let last = min(later.number, number + Stage.allCases.count)
    return Set((number...last).map { Moment(number: $0).stage })
  }
}
