extension Comparison {
  /// A test for each operation and mode, with a test point for each arm and cell; another for the loops' code.
  ///
  /// `not ok` is what is red. What is suspected and was not measured again is skipped, what is accepted is
  /// expected to fail. After the kernel's Documentation/dev-tools/ktap.rst, subtests indented by two blanks.
  var ktap: String {
    let found = Dictionary(suspects.map { ($0.name, $0) }) { first, _ in first }
    let own = suspects.filter(\.isBaselineArm).map(\.current)
    var tests: [(name: String, points: [Point])] = (changes.map(\.current) + own)
      .grouped { "\($0.operation).\($0.mode)" }.map { rows in
        let name = "\(rows[0].operation).\(rows[0].mode)"
        return (
          name,
          rows.map { row in
            Point(String(row.stableName.dropFirst(name.count + 1)), found[row.stableName])
          }
        )
      }
    if let code {
      let red = Set(redCode.map(\.name))
      let loops = code.regressions.grouped(by: \.name).map { copies in
        let change = copies[0]
        let what = change.differences.joined(separator: ", ")
        let accepted = options.accepted.exception(for: change.name)?.reason
        return red.contains(change.name)
          ? Point(change.name, isOK: false, what)
          : Point(change.name, isOK: true, accepted.map { "XFAIL \($0)" } ?? what)
      }
      tests.append(("code", loops.isEmpty ? [Point("more_work", isOK: true, "none")] : loops))
    }
    var lines = ["KTAP version 1", "1..\(tests.count)"]
    lines += ([headline] + remarks + provenance).map { "# " + $0 }
    for (number, test) in zip(1..., tests) {
      lines += ["  KTAP version 1", "  1..\(test.points.count)"]
      lines += zip(1..., test.points).map { "  " + $1.line($0) }
      lines.append(
        "\(test.points.allSatisfy(\.isOK) ? "ok" : "not ok") \(number) \(test.name)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

private struct Point {
  let name: String
  let isOK: Bool
  let diagnosis: String?

  init(_ name: String, isOK: Bool, _ diagnosis: String?) {
    self.name = name
    self.isOK = isOK
    self.diagnosis = diagnosis
  }

  init(_ name: String, _ suspect: Comparison.Suspect?) {
    self.name = name
    guard let suspect else {
      (isOK, diagnosis) = (true, nil)
      return
    }
    isOK = !suspect.isRed
    let text = "\(suspect.change), \(suspect.state)"
    if let accepted = suspect.accepted {
      diagnosis = "XFAIL \(accepted)"
    } else {
      diagnosis = suspect.isJudged ? text : "SKIP \(text)"
    }
  }

  func line(_ number: Int) -> String {
    "\(isOK ? "ok" : "not ok") \(number) \(name.replacing("#", with: ""))"
      + (diagnosis.map { " # \($0)" } ?? "")
  }
}
