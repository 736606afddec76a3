extension Comparison {
  /// For whom a comparison is printed.
  public enum Style: String, CaseIterable, Sendable {
    /// For a terminal.
    case text
    /// For programs: one object.
    case json
    /// Annotations of a GitHub workflow.
    case github
    /// Version 1 of the kernel's Test Anything Protocol.
    case ktap
    /// For a comment on GitHub.
    case markdown
  }

  /// - Parameter all: every row, in the styles that leave some out.
  /// - Throws: `notJudged` for numbers that JSON does not have.
  public func render(_ style: Style, all: Bool = false) throws(ResultsError) -> String {
    switch style {
    case .text: render(all: all)
    case .json: try json()
    case .github: annotations
    case .ktap: ktap
    case .markdown: markdown
    }
  }
}
