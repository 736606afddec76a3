import Text

extension Report {
  /// In words, and the matrix.
  var answer: [Markup] { [sentences] + answerTable }

  /// One for each pair of arms; the counts filter the table of cells.
  private var sentences: Markup {
    let groups = table.compared.grouped { [$0.arm, $0.baseline] }
    guard !groups.isEmpty else { return "<p>\(table.nothing)</p>" }
    return Markup(groups.map(Self.sentence))
  }

  private static func sentence(_ rows: [SummaryRow]) -> Markup {
    func count(_ mark: Mark) -> Int { rows.count { $0.ratio != nil && Mark($0) == mark } }
    let margin = rows.compactMap(\.margin).max().map { " within \((100 * $0).plain) %" } ?? ""
    let without = rows.count { $0.ratio == nil }
    let known: [(Mark, String)] = [
      (.faster, "faster"), (.slower, "slower"), (.tiny, "the same\(margin)"),
      (.unresolved, "not resolved"),
    ]
    let parts: [Markup] =
      known.filter { count($0.0) > 0 }.map { mark, words in
        """
        <a href="#cells" data-filter="\(String(mark.rawValue))">\(words) in \(count(mark))</a>
        """
      } + (without == 0 ? [] : ["told as a difference only in \(without)"])
    let ratios = rows.filter { $0.ratio != nil && Mark($0) != .unresolved }
    let best = ratios.min { ($0.ratio ?? 1) < ($1.ratio ?? 1) }
    let worst = ratios.max { ($0.ratio ?? 1) < ($1.ratio ?? 1) }
    let ends =
      best?.id == worst?.id ? [("", best)] : [("at best ", best), ("at worst ", worst)]
    let extremes = ends.compactMap { word, row -> Markup? in
      guard let row, let number = row.ratioNumber else { return nil }
      return
        "\(word)<a href=\"#\(row.anchor)\"><strong>\(number)</strong> times as long</a> (\(row.kindText))"
    }
    let took: Markup =
      extremes.isEmpty ? "" : ": it takes \(Markup(extremes, separator: ", and "))"
    return """
      <p>Of \(rows.count.counted("comparison")), <strong>\(rows[0].arm)</strong> against \
      \(rows[0].baseline) is \(Markup(parts, separator: ", "))\(took).</p>
      """
  }

  private var answerTable: [Markup] {
    guard let matrix else {
      return table.compared.isEmpty
        ? [] : ["<p class=\"quiet\">The plan fits no matrix: all cells are in a table below.</p>"]
    }
    let notes = matrix.notes(on: matrix.filled, path, []).filter {
      ["uses:", "orders:", "others:"].contains($0.label)
    }
    return [matrix.html]
      + notes.map { note in
        let items: [Markup] = note.allItems.map { "<li>\($0.breakable)</li>" }
        return "<p>\(Self.about[note.label] ?? note.label)</p>\n<ul>\(items)</ul>"
      }
  }

  private static let about = [
    "uses:": "What callers do with it:",
    "orders:": "Other orders than 9, where they differ from it:",
    "others:": "Operations without a ratio in the table, from the least to the most:",
  ]
}
