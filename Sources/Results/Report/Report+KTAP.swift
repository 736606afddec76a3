import Text

extension Report {
  /// A test for the run, which fails where that did, as by a wrong answer, and one for each compared row,
  /// nested by operation, mode and arm, which never fails: a row that seems worse than in the baseline
  /// is skipped, as nothing is measured again here.
  ///
  /// After the kernel's Documentation/dev-tools/ktap.rst, with "Totals" as kselftest prints them. A loss
  /// that the baseline has, too, is `ok` with the directive XFAIL, as kselftest has it: a parser that does
  /// not know the directive takes the "ok".
  /// - Throws: what ``Comparison/init(baseline:current:options:code:)`` throws.
  func ktap() throws(ResultsError) -> String {
    let judge = try Judge(run, against: baseline)
    let names = CellNames(table.compared)
    let suites = table.compared.grouped { [$0.operation, $0.mode, $0.arm, $0.baseline] }
      .map { rows in
        KTAPTest(
          "\(rows[0].operation).\(rows[0].mode).\(rows[0].arm)".slug,
          about: "\(rows[0].arm) against \(rows[0].baseline), time new / old",
          rows.map { KTAPTest(names[$0], judge.result(of: $0)) })
      }
    let tests = [KTAPTest("run", .of(run.meta))] + judge.code + suites
    var lines = ["KTAP version 1", "1..\(tests.count)"]
    lines += (provenance + remarks).map { "# " + $0.onOneLine }
    if let baseline { lines.append("# baseline: run \(baseline.meta.runID.onOneLine)") }
    if suites.isEmpty { lines.append("# " + table.nothing) }
    lines += zip(1..., tests).flatMap { $1.lines(numbered: $0) }
    lines.append(KTAPTest.totals(of: tests))
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Judges rows by another run, where there is one.
private struct Judge {
  private let changes: [SummaryRow.ID: Comparison.Change]?
  private let suspects: Set<SummaryRow.ID>
  /// The machine code as a test; none without a baseline, or where a run has no facts of it.
  let code: [KTAPTest]

  init(_ run: Run, against baseline: Run?) throws(ResultsError) {
    guard let baseline else {
      changes = nil
      suspects = []
      code = []
      return
    }
    // The one place that knows what "worse than the baseline" is.
    var options = Comparison.Options()
    options.acceptsCut = true
    let comparison = try Comparison(baseline: baseline, current: run, options: options)
    suspects = Set(comparison.suspects.map(\.current.id))
    changes = Dictionary(
      comparison.changes.map { ($0.current.id, $0) },
      uniquingKeysWith: { first, _ in first })
    code =
      (comparison.code?.regressions).map { worse in
        let loops = Set(worse.map(\.new.loop)).sorted().joined(separator: ", ")
        return [
          KTAPTest(
            "code",
            worse.isEmpty ? .passed("") : .skipped("more work in \(loops): bench compare judges"))
        ]
      } ?? []
  }

  func result(of row: SummaryRow) -> KTAPTest.Result {
    let ratio = row.ratioText ?? "no ratio"
    let isLoss = Mark(row) == .slower && !row.layoutsDisagree
    let text = "\(ratio) \(row.verdictText ?? "not judged")"
    if let changes {
      guard let change = changes[row.id] else {
        return .skipped("\(text), nothing to compare with in the baseline")
      }
      let before = change.baseline.ratioText ?? ""
      if suspects.contains(row.id) {
        // Nothing is measured again here, and without that nothing fails.
        return .skipped(
          "\(text), suspected to be worse than the baseline \(before): bench compare measures it again"
        )
      }
      if isLoss && Mark(change.baseline) == .slower {
        return .expected("\(ratio), as in the baseline \(before)")
      }
    }
    if row.layoutsDisagree { return .skipped("\(ratio), where the code lies decides") }
    return row.verdict == .unresolved || row.verdict == nil ? .skipped(text) : .passed(text)
  }
}

extension KTAPTest.Result {
  /// A run whose answers are wrong has failed, and has no row of them.
  fileprivate static func of(_ meta: Meta) -> Self {
    let reason = meta.statusReason.map { ": \($0)" } ?? ""
    return switch meta.status {
    case .complete: .passed("every answer is right")
    case .failed: .failed("failed\(reason)")
    case .interrupted, .running: .skipped("\(meta.status.rawValue)\(reason), cells are missing")
    }
  }
}
