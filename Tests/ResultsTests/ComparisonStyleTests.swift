import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import Results

@Suite("Styles of a comparison")
struct ComparisonStyleTests {
  /// A published run beside itself, with every third arm's time multiplied by 1.2.
  private func comparison() throws -> Comparison {
    let path = try #require(PublishedRun.paths.first { $0.string.hasSuffix("zen5-2c") })
    let run = try Run.load(path)
    let slower = run.summary.enumerated().map { index, row in
      guard index % 3 == 0 else { return row }
      var row = row
      for column in [\SummaryRow.ratio, \.ratioLo, \.ratioHi] { row[keyPath: column]? *= 1.2 }
      let more = (row.cycles ?? 0) * 0.2
      for column in [
        \SummaryRow.differenceCycles, \.differenceCyclesLo, \.differenceCyclesHi,
      ] { row[keyPath: column]? += more }
      return row
    }
    return try Comparison(
      baseline: run, current: Run(path: run.path, meta: run.meta, summary: slower))
  }

  @Test("Text has at most 100 columns, and on one screen what came of it first")
  func text() throws {
    let comparison = try comparison()
    #expect(comparison.suspects.count > 50)
    let lines = comparison.render().split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 100 }, "\(lines.filter { $0.count > 100 })")
    #expect(lines.count < 60)
    #expect(lines[0].hasPrefix("suspected, not confirmed: \(comparison.suspects.count) of "))
    let all = comparison.render(all: true).split(separator: "\n")
    #expect(all.allSatisfy { $0.count <= 100 }, "\(all.filter { $0.count > 100 })")
    for suspect in comparison.suspects {
      let name = suspect.name.split(separator: "/")[0].split(separator: ".").dropFirst(2)
      #expect(all.contains { $0.contains(name.joined(separator: ".")) })
    }
  }

  @Test("JSON is one object with every suspect, and what came of it")
  func json() throws {
    var comparison = try comparison()
    var finding = ConfirmingRuns.Finding(.unconfirmed)
    (finding.shift, finding.shiftInterval) = (0.5, -0.25...1.5)
    comparison.suspects[0].finding = finding
    struct Document: Decodable {
      let result: String
      let suspects: [Suspect]
      struct Suspect: Decodable {
        let name: String
        let isRed: Bool
        let shift: Double?
        let shiftLo: Double?
        let shiftHi: Double?
      }
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let document = try decoder.decode(Document.self, from: Data(comparison.json().utf8))
    #expect(document.result == "suspected")
    #expect(document.suspects.map(\.name) == comparison.suspects.map(\.name))
    #expect(!document.suspects.contains { $0.isRed })
    let (first, second) = (document.suspects[0], document.suspects[1])
    #expect((first.shift, first.shiftLo, first.shiftHi) == (0.5, -0.25, 1.5))
    #expect(second.shift != nil && second.shiftLo == nil && second.shiftHi == nil)
  }

  @Test("Annotations are lines of commands, ten of a sort at most")
  func github() throws {
    let lines = try comparison().annotations.split(separator: "\n")
    #expect(lines.count == 10)
    #expect(lines.allSatisfy { $0.hasPrefix("::warning title=") })
    #expect(lines[0].contains("%25"), "a percent sign is told by its code")
  }

  @Test("Markdown fits in a comment on GitHub")
  func markdown() throws {
    let text = try comparison().markdown
    #expect(text.utf8.count < 65_536)
    #expect(text.hasPrefix("**suspected, not confirmed: "))
    #expect(text.contains("\n| name | state | change | likely cause |\n"))
  }

  @Test("KTAP: plans count what follows, and nothing suspected is not ok")
  func ktap() throws {
    let comparison = try comparison()
    let lines = comparison.ktap.split(separator: "\n")
    #expect(lines[0] == "KTAP version 1")
    let tests = lines.filter { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") }
    #expect(lines[1] == "1..\(tests.count)")
    #expect(!comparison.ktap.contains("not ok"))
    let plans = lines.filter { $0.hasPrefix("  1..") }.compactMap { Int($0.dropFirst(5)) }
    let points = lines.filter { $0.hasPrefix("  ok ") }
    #expect(plans.reduce(0, +) == points.count && plans.count == tests.count)
    #expect(points.count(where: { $0.contains(" # SKIP ") }) == comparison.suspects.count)
  }
}
