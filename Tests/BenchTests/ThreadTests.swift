import Results
import Testing
import Vmemmap

extension BenchTests {
  @Suite("Several threads at once", .needsProgram)
  struct ThreadTests {
    private static let plan = ["--footprint", "one", "--processes", "1", "--budget", "0.4"]

    @Test(
      "Each has right answers over the same pages, and references taken by all are conserved",
      .enabled(if: CPUs.allowed.count > 1, "this process may use one CPU only"),
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
      "Threads that keep to one page each are measured on pages next to each other, and apart",
      .enabled(if: CPUs.allowed.count > 1, "this process may use one CPU only"))
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
