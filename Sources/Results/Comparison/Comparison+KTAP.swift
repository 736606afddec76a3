extension Comparison {
  /// A test for each operation and mode, with a test point for each arm and cell; another for the loops' code.
  ///
  /// `not ok` is what is red. What is suspected and was not measured again is skipped, what is accepted is
  /// expected to fail. After the kernel's Documentation/dev-tools/ktap.rst, subtests indented by two blanks.
  var ktap: String {
    let found = Dictionary(suspects.map { ($0.name, $0) }) { first, _ in first }
    let own = suspects.filter(\.isBaselineArm).map(\.current)
    var tests = (changes.map(\.current) + own)
      .grouped { "\($0.operation).\($0.mode)" }.map { rows in
        let name = "\(rows[0].operation).\(rows[0].mode)"
        return KTAPTest(
          name,
          rows.map { row in
            let point = String(row.stableName.dropFirst(name.count + 1))
            return KTAPTest(point, found[row.stableName].map { .of($0) } ?? .passed(""))
          })
      }
    if let code {
      let red = Set(redCode.map(\.name))
      let loops = code.regressions.grouped(by: \.name).map { copies in
        let change = copies[0]
        let what = change.differences.joined(separator: ", ")
        if red.contains(change.name) { return KTAPTest(change.name, .failed(what)) }
        let reason = options.accepted.exception(for: change.name)?.reason
        return KTAPTest(change.name, reason.map { .expected($0) } ?? .passed(what))
      }
      tests.append(
        KTAPTest("code", loops.isEmpty ? [KTAPTest("more_work", .passed("none"))] : loops))
    }
    let about = ([headline] + remarks + provenance).map { "# " + $0.onOneLine }
    let lines =
      ["KTAP version 1", "1..\(tests.count)"] + about
      + zip(1..., tests).flatMap { $1.lines(numbered: $0) }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension KTAPTest.Result {
  fileprivate static func of(_ suspect: Comparison.Suspect) -> Self {
    let text = "\(suspect.change), \(suspect.state)"
    if let accepted = suspect.accepted { return .expected(accepted) }
    if suspect.isRed { return .failed(text) }
    return suspect.isJudged ? .passed(text) : .skipped(text)
  }
}
