import Foundation
import Results
import Testing
import Vmemmap

extension BenchTests {
  /// `hvo_optimize` and `hvo_restore`, which are whole calls and not loops over struct pages.
  @Suite("Operations that optimise and restore folios", .needsProgram)
  struct HVOOperationTests {
    private static let plan = [
      "--operation", "hvo_optimize,hvo_restore", "--order", "9", "--processes", "1", "--budget",
      "0.5",
    ]
    private static let finished = Result {
      try FinishedRun(plan + ["--footprint", "1,64", "--seed", "5"])
    }

    private let finished: FinishedRun

    init() throws { finished = try Self.finished.get() }

    #if HAVE_URCU
      private let arms: Set = ["fakehead", "fakehead_rcu", "mask"]
    #else
      private let arms: Set = ["fakehead", "mask"]
    #endif

    @Test("Each of them has a cell for each size of a batch, in which folios are optimised")
    func cells() {
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let cells = Dictionary(grouping: finished.run.summary) {
        "\($0.operation), \($0.hugePages ?? 0)"
      }
      #expect(
        Set(cells.keys) == [
          "hvo_optimize, 1", "hvo_optimize, 64", "hvo_restore, 1", "hvo_restore, 64",
        ])
      for (cell, rows) in cells {
        #expect(Set(rows.map(\.arm)) == arms && rows.count == arms.count, "\(cell)")
        #expect(rows.allSatisfy { $0.baseline == "fakehead" && $0.hvo == .on }, "\(cell)")
        #expect(rows.allSatisfy { $0.mapping == .uniform(.base) && $0.layouts == 1 }, "\(cell)")
        // Whole folios are walked, again and again anew.
        #expect(rows.allSatisfy { $0.level == nil && $0.touchedBytes == nil }, "\(cell)")
      }
    }

    @Test("Operations are counted by folio: four calls on one each, or one call on all")
    func folios() {
      for row in finished.run.summary { #expect(row.iterations == (row.hugePages == 1 ? 4 : 64)) }
    }

    @Test("The checksum is the sum of the offsets of all pages' heads")
    func checksums() {
      for row in finished.run.summary {
        let sum = (0..<row.iterations).reduce(0) { $0 + $1 * 512 * 64 * 512 }
        #expect(row.checksum == Checksum(UInt64(sum)))
      }
    }

    @Test("There is a twin of the baseline, but no empty loop and nothing net of one")
    func roles() {
      let cells = Set(finished.run.summary.map(\.cell))
      let samples = finished.samples.filter { cells.contains($0.cell) }
      #expect(!samples.isEmpty)
      for (round, samples) in Dictionary(grouping: samples, by: { [$0.cell, $0.round] }) {
        #expect(samples.count { $0.part == .baseline } == 1, "\(round)")
        #expect(samples.count { $0.part == .twin && $0.arm == "fakehead" } == 1, "\(round)")
        #expect(samples.count { $0.part == .arm } == arms.count - 1, "\(round)")
        #expect(samples.count == arms.count + 1, "\(round)")
      }
      #expect(finished.run.summary.allSatisfy { $0.nsNet == nil && $0.nullLo != nil })
    }

    @Test("The table says whose costs these are, and the table of other operations does not")
    func caveat() throws {
      let directory = try TemporaryDirectory()
      for (arguments, isSaid) in [
        (Self.plan + ["--footprint", "one"], true), (Bench.tinyPlan, false),
      ] {
        let ending = try Bench.run(["run"] + arguments, in: directory.url)
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.output.contains("user-space costs of mmap()") == isSaid)
      }
    }

    @Test("They are part of the preset full, and of others where they are asked for")
    func presets() throws {
      let directory = try TemporaryDirectory()
      func lists(_ arguments: String...) throws -> Bool {
        let ending = try Bench.run(["list"] + arguments, in: directory.url)
        #expect(ending.status == 0, "\(ending.errors)")
        return ending.output.contains("hvo_optimize")
      }
      let byName = ["--operation", "hvo_optimize"]
      for (preset, isPart) in [("full", true), ("default", false), ("smoke", false)] {
        let isListed = try lists("--preset", preset)
        #expect(isListed == isPart, "\(preset)")
        let isListedByName = try lists("--preset", preset, byName[0], byName[1])
        #expect(isListedByName, "\(preset)")
      }
    }

    @Test("A row can be had again: the same folios")
    func replay() throws {
      let directory = try TemporaryDirectory()
      let plan = Self.plan + ["--footprint", "one"]
      try #require(try Bench.run(["run"] + plan, in: directory.url).status == 0)
      let ending = try Bench.run(
        ["replay", "results/latest", "2", "--budget", "0.5"], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
    }
  }
}
