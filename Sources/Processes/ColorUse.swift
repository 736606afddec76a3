/// When to print in colours.
public enum ColorUse: String, CaseIterable, Sendable {
  /// On a terminal that can show them, unless NO_COLOR asks for none.
  case auto
  case always
  case never

  /// Whether to use colours on standard output.
  public var isWantedHere: Bool {
    isWanted(
      onTerminal: StandardOutput.isTerminal, kind: StandardOutput.variable("TERM"),
      noColor: StandardOutput.variable("NO_COLOR"))
  }

  /// - Parameters:
  ///   - kind: TERM; nil where it is not set, and nobody knows what the terminal can show.
  ///   - noColor: NO_COLOR, which asks for no colour with any value but an empty one (no-color.org). What
  ///     was typed counts more.
  func isWanted(onTerminal: Bool, kind: String?, noColor: String?) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto:
      onTerminal && !["", "dumb"].contains(kind ?? "") && (noColor ?? "").isEmpty
    }
  }
}
