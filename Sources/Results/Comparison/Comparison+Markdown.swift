extension Comparison {
  /// A comment on GitHub, which takes 65,536 characters: the headline, a table, and the rest folded up.
  var markdown: String {
    var lines = ["**\(headline.escaped)**", ""]
    lines += remarks.map { "- \($0.escaped)" } + provenance.map { "- \($0.escaped)" } + [""]
    let told = (regressions + unconfirmed).prefix(Self.mostMarkdownRows)
    if !told.isEmpty {
      lines += ["| name | state | change | likely cause |", "|---|---|---:|---|"]
      lines += told.map { suspect in
        let why = causes(of: suspect.current).joined(separator: "; ")
        return "| `\(suspect.name)` | \(suspect.state) | \(suspect.change) | \(why.escaped) |"
      }
      lines.append("")
    }
    if let code, !code.changes.isEmpty {
      lines += ["<details><summary>\(code.summary.escaped)</summary>", "", "```"]
      lines += code.sections(names: Self.mostMarkdownRows) + ["```", "", "</details>", ""]
    }
    if let worst = regressions.first ?? unconfirmed.first {
      lines += ["Again on this machine: `\(replay(worst))`", ""]
    }
    return lines.joined(separator: "\n")
  }

  private static let mostMarkdownRows = 50
}

extension String {
  fileprivate var escaped: String {
    String(flatMap { "\\`*<>|_".contains($0) ? ["\\", $0] : [$0] })
  }
}
