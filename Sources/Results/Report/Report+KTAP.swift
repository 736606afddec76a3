extension Report {
  /// A test point for each compared row: the arm must not be slower than its baseline by more than
  /// the margin.
  ///
  /// After the kernel's Documentation/dev-tools/ktap.rst: version line, plan, results with a
  /// description free of "#", and diagnostics; "Totals" as kselftest prints them.
  var ktap: String {
    let rows = table.compared
    var lines = ["KTAP version 1", "1..\(rows.count)"]
    lines += (provenance + remarks).map { "# " + $0.onOneLine }
    if rows.isEmpty { lines.append("# " + table.nothing) }
    let points = rows.map(TestPoint.init)
    for (number, (point, row)) in zip(1..., zip(points, rows)) {
      let name = "\(row.arm) against \(row.baseline), \(row.cellText)"
        .replacing("#", with: "").onOneLine
      lines.append("\(point.isOK ? "ok" : "not ok") \(number) \(name) # \(point.diagnosis)")
    }
    let passed = points.count { $0.isOK && !$0.isSkipped }
    let failed = points.count { !$0.isOK }
    lines.append(
      "# Totals: pass:\(passed) fail:\(failed) xfail:0 xpass:0 "
        + "skip:\(points.count - passed - failed) error:0"
    )
    return lines.joined(separator: "\n") + "\n"
  }
}

/// What becomes of a row as a test.
private struct TestPoint {
  let isOK: Bool
  let isSkipped: Bool
  let diagnosis: String

  init(_ row: SummaryRow) {
    let ratio = row.ratioText ?? "no ratio"
    let verdict = row.verdict
    if row.layoutsDisagree {
      (isOK, isSkipped) = (true, true)
      diagnosis = "SKIP the code's copies at other addresses disagree, \(ratio)"
    } else if verdict == .slower {
      // A proven difference may be a small one.
      (isOK, isSkipped) = (row.isWithinMargin, false)
      diagnosis =
        "\(ratio) \(row.verdictText ?? "")" + (row.isWithinMargin ? ", within the margin" : "")
    } else {
      (isOK, isSkipped) = (true, verdict == .unresolved || verdict == nil)
      diagnosis = (isSkipped ? "SKIP " : "") + "\(ratio) \(row.verdictText ?? "not judged")"
    }
  }
}

extension String {
  fileprivate var onOneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}
