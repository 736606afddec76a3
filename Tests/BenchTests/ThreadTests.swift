import Foundation
import Results
import Testing
import Vmemmap

extension BenchTests {
  @Suite("Several threads at once", .needsProgram)
  struct ThreadTests {
    private static let plan = ["--footprint", "one", "--processes", "1", "--budget", "0.4"]

    @Test(
      "Each has right answers over the same pages, and references taken by all are conserved",
      .enabled(if: try CPUs.allowed.count > 1, "this process may use one CPU only"),
      arguments: ["compound_head", "page_ref_add_unless", "folio_try_get"])
    func answers(operation: String) throws {
      let finished = try FinishedRun(
        Self.plan + [
          "--order", "9", "--operation", operation, "--mode", "throughput,spaced,latency",
          "--page-class", "mix", "--hvo", "off,on", "--threads", "1,2",
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let rows = finished.run.summary
      #expect(Set(rows.map(\.threads)) == [1, 2])
      // A wrong answer of any thread would leave no row.
      for rows in Dictionary(grouping: rows, by: { [$0.mode, $0.arm, "\($0.hvo!)"] }).values {
        #expect(Set(rows.map(\.threads)) == [1, 2])
        #expect(Set(rows.map(\.checksum)).count == 1)
      }
    }

    @Test(
      "Each on a page of its own has right answers in every layout, folios far from struct pages too",
      .enabled(if: try CPUs.allowed.count > 1, "this process may use one CPU only"),
      arguments: ["neighbours", "apart"])
    func ownPages(pattern: String) throws {
      let finished = try FinishedRun(
        Self.plan + [
          "--preset", "threads", "--order", "0", "--operation",
          "compound_head,page_ref_add_unless,folio_try_get", "--pattern", pattern, "--threads", "2",
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let rows = finished.run.summary
      #expect(Set(rows.map(\.pattern)) == [pattern] && Set(rows.map(\.threads)) == [2])
      #expect(rows.contains { $0.arm.hasPrefix("memdesc") })
    }

    @Test(
      "Takers go on until all were timed, readers as long as they do, and no reference is lost",
      .enabled(if: try CPUs.allowed.count > 1, "this process may use one CPU only"))
    func contention() throws {
      let finished = try FinishedRun(
        ["--preset", "refcount", "--threads", "2", "--processes", "1", "--budget", "2"])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let run = finished.run
      let rows = finished.contention
      let arms = Set(proposedForms.map { $0.name } + ["mask", "fakehead"])
      // Of each cell all rounds of all arms, and perhaps modes of some.
      for (cell, rows) in Dictionary(grouping: rows.filter { $0.mode == 0 }, by: \.cell) {
        let summary = run.summary.filter { $0.cell == cell }
        #expect(Set(rows.map(\.arm)) == arms && Set(summary.map(\.arm)) == arms)
        for row in rows {
          let readers = summary.first?.readers ?? 0
          #expect(row.threads == 2 && row.readers == readers && row.share == 1)
          let takers = readers == 2 ? 2 : 2 - readers
          // A taker is never faster than all together, nor all than the slowest times their number.
          #expect(row.nsTogether <= row.nsSlowest / Double(takers) * 1.0001)
          #expect(row.fairness > 0 && row.fairness <= 1)
          #expect((row.nsRead != nil) == (readers == 1), "\(row)")
          #expect((row.failedSwaps != nil) == (readers == 0), "\(row)")
          if row.arm.contains("frozen") { #expect(row.failedSwaps ?? 0 == 0) }
          #expect((row.ratio == nil) == (row.arm == "mask" || readers == 2))
        }
      }
      for row in rows where row.mode > 0 {
        #expect(
          rows.contains { $0.cell == row.cell && $0.arm == row.arm && $0.mode == 3 - row.mode })
      }
      // Both operations with no reader, one and two on the same page; each on its own, near and apart.
      #expect(Set(rows.map(\.cell)).count == 2 * (3 + 2))
    }

    @Test(
      "What takes no reference has no failed swaps, and what has no ratio in the summary has none together",
      .enabled(if: try CPUs.allowed.count > 1, "this process may use one CPU only"))
    func partsThatMeanNothing() throws {
      let finished = try FinishedRun(
        [
          "--order", "9", "--operation", "page_ref_add_unless", "--mode", "throughput",
          "--page-class", "head,tail", "--footprint", "one,16", "--hvo", "off", "--threads", "2",
          "--encoding", "mask", "--processes", "1", "--budget", "1",
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let summary = finished.run.summary
      #expect(Set(summary.map(\.level)).count > 1)
      for row in finished.contention where row.mode == 0 {
        let other = try #require(summary.first { $0.cell == row.cell && $0.arm == row.arm })
        #expect((row.failedSwaps == nil) == (other.pageClass == "tail"), "\(row)")
        #expect((row.ratio == nil) == (other.ratio == nil), "\(row)")
      }
      #expect(finished.contention.contains { $0.arm == "mask" && $0.ratio == nil })
    }

    @Test(
      "Where a thread can't have its CPU there is no row: two on one CPU would take turns",
      .enabled(if: try CPUs.allowed.count > 1, "this process may use one CPU only"))
    func goneCPU() throws {
      let directory = try TemporaryDirectory()
      let recorded = try Bench.run(
        ["run"] + Self.plan + [
          "--order", "0", "--operation", "compound_head", "--mode", "throughput", "--hvo", "off",
          "--threads", "1,2", "--output", "recorded",
        ], in: directory.url)
      try #require(recorded.status == 0, "\(recorded.errors)")
      // Which CPUs the second threads have is for the nodes to say.
      let plan = try directory.text("recorded/latest/plan.json")
      try Data(plan.replacing(#/,\[[0-9]+\]\]/#, with: ",[8191]]").utf8)
        .write(to: directory.file("recorded/latest/plan.json"))
      let cells = Set(try directory.run("recorded/latest").summary.map { "\($0.cell)" })
      let ending = try Bench.run(
        ["replay", "recorded/latest", "--cells", cells.joined(separator: ",")], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      let run = try directory.latestRun()
      #expect(Set(run.summary.map(\.threads)) == [1])
      #expect(
        run.meta.unmeasured.contains { $0.what.contains("2 threads") && $0.why.contains("[8191]") },
        "\(run.meta.unmeasured)")
    }

    @Test("Threads that only read are for operations that take references, and for several threads")
    func readers() throws {
      let directory = try TemporaryDirectory()
      func cells(_ arguments: [String]) throws -> Int {
        let ending = try Bench.run(["list", "--cells"] + Self.plan + arguments, in: directory.url)
        return ending.output.split(separator: "\n").count { $0.contains("of which read") }
      }
      let one = ["--order", "0", "--hvo", "off", "--threads", "2"]
      #expect(try cells(one + ["--operation", "folio_try_get", "--readers", "0,50,100"]) == 4)
      #expect(try cells(one + ["--operation", "compound_head", "--readers", "50"]) == 1)
      // Of two threads one at least does what is asked for, where that is a share at all.
      for percent in ["1", "99"] {
        #expect(try cells(one + ["--operation", "folio_try_get", "--readers", percent]) == 2)
      }
      #expect(try cells(one + ["--operation", "page_head", "--readers", "50"]) == 0)
      let refused = try Bench.run(["list", "--readers", "101"], in: directory.url)
      #expect(refused.status == 64 && refused.errors.contains("101"))
    }

    @Test(
      "Threads that keep to one page each are measured on pages next to each other, and apart",
      .enabled(if: try CPUs.allowed.count > 1, "this process may use one CPU only"))
    func onePageEach() throws {
      let rows = try FinishedRun(
        Self.plan + [
          "--order", "0", "--operation", "page_ref_add_unless", "--mode", "throughput", "--hvo",
          "off", "--pattern", "neighbours,apart", "--threads", "2",
        ]
      ).run.summary
      #expect(Set(rows.map(\.pattern)) == ["neighbours", "apart"])
      #expect(rows.allSatisfy { $0.hugePages == ($0.pattern == "apart" ? 2 * 64 : 2) })
    }
  }
}
