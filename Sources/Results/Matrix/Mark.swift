import Text

/// What a matrix says of a ratio, in a character.
enum Mark: Character, CaseIterable, Sendable {
  case faster = "<"
  case slower = ">"
  /// Within the margin: the whole interval, or a ratio that is proven to differ from 1, but by less.
  case tiny = "="
  /// Unresolved, or not judged.
  case unresolved = "?"

  init(_ row: SummaryRow) {
    self =
      switch row.verdict {
      case .same: .tiny
      case .faster: row.isWithinMargin ? .tiny : .faster
      case .slower: row.isWithinMargin ? .tiny : .slower
      case .unresolved, nil: .unresolved
      }
  }

  /// Whether one wins where the other loses.
  func contradicts(_ other: Mark) -> Bool {
    Set([self, other]) == [.faster, .slower]
  }

  /// The text in the mark's colour on a terminal: blue, orange, or dim. No colour says what the mark
  /// does not.
  func colored(_ text: String) -> String {
    let code: String? =
      switch self {
      case .faster: "38;5;33"
      case .slower: "38;5;208"
      case .unresolved: "2"
      case .tiny: nil
      }
    return code.map { "\u{1b}[\($0)m\(text)\u{1b}[0m" } ?? text
  }
}

extension SummaryRow {
  /// "1.75 >"; nil where there is no ratio.
  var markedRatio: String? {
    ratioNumber.map { "\($0) \(Mark(self).rawValue)" }
  }

  /// The ratio with two digits or more that mean something, and one more where they would hide on which
  /// side of 1 a difference lies that is beyond the margin.
  var ratioNumber: String? {
    guard let ratio else { return nil }
    let usual = ratio < 0.0495 ? 3 : ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0
    let isBeyondMargin = [.faster, .slower].contains(Mark(self))
    let hides = isBeyondMargin && ratio.fixed(usual) == 1.0.fixed(usual)
    return ratio.fixed(hides ? usual + 1 : usual)
  }
}
