/// What a run could have told in one class of its cells, such as those of one operation and mode.
///
/// A self-test in one easy cell says little of the others: what resolves a fraction of a percent
/// where branches are predicted may not resolve several percent where they are not.
public struct ClassSensitivity<Label: Hashable & Sendable>: Equatable, Sendable {
  public let label: Label

  /// Estimates in the class.
  public let estimates: Int

  /// The median of their smallest effects (``PairedEstimate/smallestEffect(above:)``), as relative
  /// differences.
  public let median: Double

  /// The largest of them: what any cell of the class would have told.
  public let worst: Double

  /// Sums up smallest effects by their labels, in the order in which labels first appear.
  public static func byClass(_ effects: [(label: Label, smallestEffect: Double)]) -> [Self] {
    var labels: [Label] = []
    var members: [Label: [Double]] = [:]
    for (label, effect) in effects {
      if members[label] == nil { labels.append(label) }
      members[label, default: []].append(effect)
    }
    return labels.map { label in
      let effects = members[label]!
      return Self(
        label: label, estimates: effects.count, median: Statistics.median(effects),
        worst: effects.max()!)
    }
  }
}
