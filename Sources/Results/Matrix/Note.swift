import Text

/// A few items behind a label, as wide as the screen is.
struct Note {
  let label: String
  /// Without those for which there is no room.
  private let items: [String]
  let allItems: [String]
  private let separator: String

  /// - Parameters:
  ///   - each: whether each item begins a line.
  ///   - lines: how many lines they may take on a wide screen; what is left over is counted.
  ///   - rest: what is said of those.
  init(
    _ label: String, _ items: [String], separator: String = "; ", each: Bool = false,
    lines: Int = .max, rest: String = "more"
  ) {
    self.label = label
    self.separator = each ? "\n" : separator
    allItems = items
    for count in (1...max(1, items.count)).reversed() {
      let left = items.count - count
      let shorter = items.prefix(count) + (left > 0 ? ["\(left) \(rest)".unbroken] : [])
      let note = Note(label: label, items: Array(shorter), separator: self.separator)
      if note.lines(width: Matrix.columns).count <= lines || count == 1 {
        self.items = note.items
        return
      }
    }
    self.items = items
  }

  private init(label: String, items: [String], separator: String) {
    self.label = label
    self.items = items
    allItems = items
    self.separator = separator
  }

  /// Broken between words, and not within what is ``Swift/String/unbroken``.
  func lines(width: Int) -> [String] {
    let indent = label.isEmpty ? 0 : Self.labelWidth
    // On a screen that is narrower than words, they stand out.
    let room = max(width - indent, Self.narrowest)
    let lines = items.joined(separator: separator).split(separator: "\n").flatMap { line in
      String(line).wrapped(to: room, indent: 0)
    }
    return lines.enumerated().map { index, line in
      ((index == 0 ? label : "").padded(to: indent, .left) + line).breakable.trimmedAtEnd
    }
  }

  private static let labelWidth = 8
  private static let narrowest = 20
}
