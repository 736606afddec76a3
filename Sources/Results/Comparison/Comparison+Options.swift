import Measurement

extension Comparison {
  /// What is judged, and how strictly.
  public struct Options: Sendable {
    /// The share of an arm's time that a change must exceed to count; never below the noise floor that
    /// the runs' twins show.
    public var threshold = 0.0
    /// Whether suspects can be measured again, so that more of them do no harm.
    public var isLiberal = false
    /// How often a row is suspected where nothing changed, whichever way, by the runs' intervals.
    var suspicion: Double { isLiberal ? 0.2 : 0.01 }
    /// Nil for both.
    public var only: Half?
    /// What must be there for a comparison to count.
    public var required: Set<Half> = []
    /// Names that are not looked at.
    public var ignored = Exceptions()
    /// Names that may have got worse.
    public var accepted = Exceptions()
    /// Whether more work in a loop's code is red.
    public var isCodeStrict = false
    /// Whether runs are compared that did not come to their end.
    public var acceptsCut = false

    public init() {}
  }

  /// What a comparison is made of.
  public enum Half: String, CaseIterable, Sendable {
    /// Exact facts of the timed loops' machine code.
    case code
    /// Times of arms beside their baselines.
    case times
  }

  /// What those that stand out over all rows are held to, as in a run.
  static let falseDiscoveryRate = 0.05
  /// Fewer processes than these tell nothing of others, as in a run.
  static let fewestProcesses = VerdictRule().fewestProcesses
}
