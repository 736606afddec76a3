import Text

extension Report {
  /// The most bytes, and so characters: a comment on GitHub takes 65,536 characters.
  static let markdownLimit = 60_000

  /// The matrix, then a heading and a table for each operation and mode, folded. What does not fit is
  /// counted, with a command that prints it.
  var markdown: String {
    let head = cut(matrixAsCode, to: Self.markdownLimit / 4)
    // A matrix has the rest of them.
    let words = head.isEmpty ? table.answers + remarks + provenance : caveats
    let notes = cut(words.map { "- " + $0.onOneLine.escaped }, to: 8000)
    let count = table.compared.count
    let fold = ["", "<details>", "<summary>All \(count.counted("comparison"))</summary>", ""]
    let used = (head + notes + fold).reduce(1000) { $0 + $1.utf8.count + 1 }
    let (cells, shown) = cells(in: Self.markdownLimit - used)
    let rest =
      shown == count
      ? []
      : [
        "\(count - shown) of \(count.counted("comparison")) are left out, which GitHub has no room for: "
          + "`bench report \(path.onOneLine.prefix(500).replacing("`", with: "'"))"
          + "\(table.arms == .all ? " --all-arms" : "")`", "",
      ]
    let footnote = table.footnote.map { ["", $0.escaped] } ?? []
    return (head + fold + cells + footnote + rest + ["</details>", ""] + notes)
      .joined(separator: "\n") + "\n"
  }

  /// The matrix as it is printed, as code; nothing where the rows fit none.
  private var matrixAsCode: [String] {
    guard let matrix else { return [] }
    let text = matrix.text(path: path, on: Screen(columns: 90))
    // A fence ends at as many backticks as it has.
    let longest = text.matches(of: /`+/).map(\.output.count).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return [fence + "text"]
      + text.split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init) + [fence]
  }

  /// As many rows as there is room for, in tables that begin only where a row of theirs does, and how many
  /// that are.
  private func cells(in room: Int) -> (lines: [String], count: Int) {
    var lines: [String] = []
    var (left, count) = (room, 0)
    for part in table.parts {
      var heading = [
        "### \(part.operation), \(part.mode) (ns per operation)".onOneLine.escaped, "",
        row(part.columns.map(\.title)),
        row(part.columns.map { $0.alignment == .right ? "---:" : ":---" }),
      ]
      for line in part.lines.map({ row($0.map { $0?.onOneLine.escaped ?? "" }) }) {
        let wanted = heading + [line]
        let size = wanted.reduce(0) { $0 + $1.utf8.count + 1 }
        guard size < left else { return (lines.last == "" ? lines.dropLast() : lines, count) }
        lines += wanted
        (left, count, heading) = (left - size, count + 1, [])
      }
      lines.append("")
      left -= 1
    }
    return (lines, count)
  }

  private func row(_ fields: [String]) -> String {
    "| " + fields.joined(separator: " | ") + " |"
  }

  /// Whole lines that so many bytes hold.
  private func cut(_ lines: [String], to room: Int) -> [String] {
    var left = room
    let kept = lines.prefix { line in
      left -= line.utf8.count + 1
      return left >= 0
    }
    guard kept.count < lines.count else { return lines }
    // A fence that was opened is closed.
    let fence = kept.first.flatMap { $0.hasPrefix("```") ? [lines[lines.count - 1]] : nil } ?? []
    return kept + fence + ["(\((lines.count - kept.count).counted("line")) left out)"]
  }
}

extension String {
  /// With a backslash before what Markdown would take for a mark: `page_ref` stays as it is only
  /// because an underscore within a word is none.
  fileprivate var escaped: String {
    String(flatMap { "\\`*<>|".contains($0) ? ["\\", $0] : [$0] })
  }
}
