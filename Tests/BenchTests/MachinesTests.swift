import Foundation
import Results
import SystemPackage
import Testing

extension BenchTests {
  @Suite("Several machines", .needsProgram)
  struct MachinesTests {
    private static let published = FilePath(#filePath)
      .removingLastComponent().appending("../../results/published/2026-11-25-epyc-zen5-2c")
    private let directory: TemporaryDirectory
    private let published: Run

    init() throws {
      directory = try TemporaryDirectory()
      published = try Run.load(Self.published)
    }

    /// Leaves a copy of the published run as of another machine, whose ratios are the inverse in those
    /// cells.
    private func leave(_ name: String, inverse: (SummaryRow) -> Bool) throws {
      var meta = published.meta
      (meta.machine.family, meta.machine.model, meta.label) = (25, 17, nil)
      meta.rows = Meta.Rows(summary: published.summary.count, samples: 0)
      let run = try RunDirectory.create(in: FilePath(directory.file("all").path), for: &meta)
      try run.writeSummary(
        published.summary.map { row in
          guard inverse(row), let ratio = row.ratio, let lo = row.ratioLo, let hi = row.ratioHi
          else { return row }
          var row = row
          (row.ratio, row.ratioLo, row.ratioHi) = (1 / ratio, 1 / hi, 1 / lo)
          switch row.verdict {
          case .faster: row.verdict = .slower
          case .slower: row.verdict = .faster
          default: break
          }
          return row
        })
      try FileManager.default.moveItem(atPath: run.path.string, toPath: directory.file(name).path)
    }

    private func machines(_ arguments: String...) throws -> Bench.Ending {
      try Bench.run(["machines"] + arguments, in: directory.url)
    }

    @Test("The published run agrees with itself of another machine in every cell that it resolved")
    func agreement() throws {
      try leave("zen4") { _ in false }
      let ending = try machines(Self.published.string, "zen4")
      #expect(ending.status == 0)
      #expect(ending.errors == "")
      #expect(ending.output.contains("\n  zen5-vm  AMD EPYC (26/2, Zen 5), 2 CPUs"))
      #expect(ending.output.contains("\n  Zen 4    AMD EPYC (25/17, Zen 4), 2 CPUs"))
      #expect(ending.output.contains("resolved (100 %)\n"))
      #expect(!ending.output.contains("\ncontradicting"))
    }

    @Test("Cells that prove the contrary there come first, each on a line; status 0 all the same")
    func contradictions() throws {
      let isChosen = { (row: SummaryRow) in row.operation == "page_tail" }
      try leave("zen4", inverse: isChosen)
      let beyond = published.summary.filter { row in
        guard row.role == .new, !row.isBaseline, isChosen(row), let margin = row.margin,
          let ratio = row.ratio, [.faster, .slower].contains(row.verdict)
        else { return false }
        return max(ratio, 1 / ratio) > 1 + margin
      }
      try #require(beyond.count > 1)
      let ending = try machines(Self.published.string, "zen4")
      #expect(ending.status == 0)
      let lines = ending.output.split(separator: "\n")
      let heading = "contradicting, \(beyond.count) of "
      let title = try #require(lines.firstIndex { $0.hasPrefix(heading) })
      let cells = lines[(title + 1)...].prefix { !$0.hasPrefix("agree: ") }
        .filter { $0.hasPrefix("  ") }
      #expect(cells.count == beyond.count)
      #expect(cells.allSatisfy { $0.contains("<") && $0.contains(">") })
      #expect(lines.allSatisfy { $0.count <= 100 })
    }

    @Test("Tables have a row for each cell and machine")
    func tables() throws {
      try leave("zen4") { _ in false }
      let ending = try machines(Self.published.string, "zen4", "--format", "csv", "--all-arms")
      let lines = ending.output.split(separator: "\n")
      let compared = published.summary.filter { !$0.isBaseline && $0.ratio != nil }
      #expect(lines.count == 1 + 2 * compared.count)
      #expect(lines.filter { $0.contains(",Zen 4,") }.count == compared.count)
    }

    @Test("A run of one machine alone can't be compared; status 69. One that is not there: 66")
    func refusals() throws {
      let one = try machines(Self.published.string, Self.published.string)
      #expect(one.status == 69)
      #expect(one.errorMessages.count == 1)
      #expect(one.errors.contains("all runs are of one machine, zen5-vm"))
      #expect(try machines(Self.published.string, "nowhere").status == 66)
      try leave("zen4") { _ in false }
      try directory.edit("zen4/meta.json", "version\" : 2,", "version\" : 3,")
      let foreign = try machines(Self.published.string, "zen4")
      #expect(foreign.status == 69)
      #expect(foreign.errors.contains("schema version 3"))
      #expect(try machines().status == 64)
    }
  }
}
