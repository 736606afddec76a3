import Text

/// A test of the kernel's Test Anything Protocol: one with a result, or one of tests.
struct KTAPTest {
  let name: String
  let content: Content

  enum Content {
    case result(Result)
    case tests([KTAPTest], about: String?)
  }

  /// What became of it, and why.
  enum Result {
    case passed(String)
    case failed(String)
    /// It fails, and that is known.
    case expected(String)
    case skipped(String)
  }

  init(_ name: String, _ result: Result) {
    self.name = name
    content = .result(result)
  }

  /// - Parameter about: a diagnostic line before the tests.
  init(_ name: String, about: String? = nil, _ tests: [KTAPTest]) {
    self.name = name
    content = .tests(tests, about: about)
  }

  private var leaves: [Result] {
    switch content {
    case .result(let result): [result]
    case .tests(let tests, _): tests.flatMap(\.leaves)
    }
  }

  /// Its result line, behind the lines of its own tests.
  func lines(numbered number: Int) -> [String] {
    switch content {
    case .result(let result):
      return [Self.line(number, name, result.isOK, result.diagnosis)]
    case .tests(let tests, let about):
      let inner =
        ["KTAP version 1", "1..\(tests.count)"] + (about.map { ["# \($0.onOneLine)"] } ?? [])
        + zip(1..., tests).flatMap { $1.lines(numbered: $0) }
      let isSkipped = leaves.allSatisfy(\.isSkipped)
      return inner.map { "  " + $0 }
        + [Self.line(number, name, leaves.allSatisfy(\.isOK), isSkipped ? "SKIP all" : "")]
    }
  }

  private static func line(
    _ number: Int, _ name: String, _ isOK: Bool, _ diagnosis: String
  ) -> String {
    "\(isOK ? "ok" : "not ok") \(number) \(name.onOneLine.replacing("#", with: ""))"
      + (diagnosis.isEmpty ? "" : " # \(diagnosis)")
  }

  /// As kselftest counts them.
  static func totals(of tests: [KTAPTest]) -> String {
    let all = tests.flatMap(\.leaves)
    let failed = all.count { !$0.isOK }
    let skipped = all.count(where: \.isSkipped)
    let expected = all.count(where: \.isExpected)
    return "# Totals: pass:\(all.count - failed - skipped - expected) fail:\(failed) "
      + "xfail:\(expected) xpass:0 skip:\(skipped) error:0"
  }
}

extension KTAPTest.Result {
  fileprivate var isOK: Bool { if case .failed = self { false } else { true } }
  fileprivate var isSkipped: Bool { if case .skipped = self { true } else { false } }
  fileprivate var isExpected: Bool { if case .expected = self { true } else { false } }

  fileprivate var diagnosis: String {
    let text =
      switch self {
      case .passed(let why), .failed(let why): why
      case .expected(let why): "XFAIL \(why)"
      case .skipped(let why): "SKIP \(why)"
      }
    // A second "#" would be another directive to some parsers.
    return text.onOneLine.replacing("#", with: "")
  }
}
