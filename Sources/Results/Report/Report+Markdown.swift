extension Report {
  /// A heading and a table for each operation and mode, as GitHub shows them.
  var markdown: String {
    var lines: [String] = []
    for part in table.parts {
      lines += ["### \(part.operation), \(part.mode) (ns per operation)".escaped, ""]
      lines.append(row(part.columns.map(\.title)))
      lines.append(row(part.columns.map { $0.alignment == .right ? "---:" : ":---" }))
      lines += part.lines.map { row($0.map { $0?.escaped ?? "" }) }
      lines.append("")
    }
    if let footnote = table.footnote { lines += [footnote.escaped, ""] }
    lines += (table.answers + remarks + provenance)
      .map { "- " + $0.escaped }
    return lines.joined(separator: "\n") + "\n"
  }

  private func row(_ fields: [String]) -> String {
    "| " + fields.joined(separator: " | ") + " |"
  }
}

extension String {
  /// With a backslash before what Markdown would take for a mark: `page_ref` stays as it is only
  /// because an underscore within a word is none.
  fileprivate var escaped: String {
    String(flatMap { "\\`*<>|".contains($0) ? ["\\", $0] : [$0] })
  }
}
