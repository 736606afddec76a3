/// What a run says about an arm against its baseline.
public enum Verdict: String, CaseIterable, Sendable {
  /// The arm takes less time.
  case faster

  /// The arm takes more time.
  case slower

  /// Any difference is smaller than the margin: shown, not merely a lack of evidence.
  case same

  /// The run cannot tell; the smallest effect says what it would have seen.
  case unresolved
}
