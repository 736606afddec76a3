import Text

extension Comparison {
  /// Regressions first, then improvements, then the machine code's, then two lines of counts.
  /// - Parameter verbose: names the arms that are in one run only, or could not be judged.
  public func render(verbose: Bool = false) -> String {
    var lines: [String] = []
    lines += Self.section("Worse than in the baseline run:", regressions.map(\.text))
    lines += Self.section("Better than in the baseline run:", improvements.map(\.text))
    if verbose {
      lines += Self.section("Only in the baseline run:", onlyInBaseline.map(\.armText))
      lines += Self.section("Only in the current run:", onlyInCurrent.map(\.armText))
      lines += Self.section("Not judged, no interval in one run:", unjudged.map(\.armText))
    }
    lines += code?.sections ?? []
    lines += [counts, codeSummary]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func section(_ title: String, _ items: [String]) -> [String] {
    items.isEmpty ? [] : [title] + items.map { "  " + $0 } + [""]
  }

  private var codeSummary: String {
    code?.summary
      ?? "Code of timed loops: not compared, no codegen.csv in "
      + withoutCode.map(\.string).joined(separator: " and ") + "."
  }

  private var counts: String {
    let unchanged = changes.count - regressions.count - improvements.count
    var parts = [
      "Times: \(regressions.count) worse", "\(improvements.count) better", "\(unchanged) unchanged",
    ]
    if !unjudged.isEmpty { parts.append("\(unjudged.count) not judged") }
    if !onlyInBaseline.isEmpty { parts.append("\(onlyInBaseline.count) only in the baseline run") }
    if !onlyInCurrent.isEmpty { parts.append("\(onlyInCurrent.count) only in the current run") }
    return parts.joined(separator: ", ") + "."
  }
}

extension Comparison.Change {
  fileprivate var text: String {
    let old = baseline.ratioText ?? ""
    let new = current.ratioText ?? ""
    return "\(current.armText): \(old) -> \(new), \((100 * (factor - 1)).signed(1)) %"
  }
}

extension SummaryRow {
  fileprivate var armText: String { "\(arm) against \(baseline), \(cellText)" }
}
