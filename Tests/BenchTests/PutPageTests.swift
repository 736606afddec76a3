import Foundation
import Results
import Testing
import Vmemmap

extension BenchTests {
  @Suite("put_page()", .needsProgram)
  struct PutPageTests {
    private static let seed = ["--seed", "5", "--processes", "1", "--layouts", "1"]

    /// Both operations find the same heads, and no reference is left or missing, or there is no row.
    @Test(
      "It drops references of the heads that compound_head() finds, and of nothing else",
      arguments: ["off", "on"])
    func heads(hvo: String) throws {
      let finished = try FinishedRun(
        Self.seed + [
          "--order", (hvo == "on" ? 7...9 : 0...9).map(String.init).joined(separator: ","),
          "--operation", "compound_head,put_page", "--mode", "throughput,spaced", "--page-class",
          "order-0,head,tail,fakehead", "--footprint", "4", "--hvo", hvo, "--budget", "4",
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let rows = finished.run.summary
      let puts = rows.filter { $0.operation == "put_page" }
      #expect(Set(puts.map(\.mode)) == ["throughput", "spaced"])
      let cells = Dictionary(grouping: rows) { "\($0.order) \($0.pageClass) \($0.arm)" }
      for (cell, rows) in cells where rows.contains(where: { $0.operation == "put_page" }) {
        #expect(Set(rows.map(\.checksum)).count == 1, "\(cell)")
        #expect(rows.contains { $0.operation == "compound_head" }, "\(cell)")
      }
    }

    @Test(
      "Several threads drop references of the same folio",
      .enabled(if: try CPUs.allowed.count > 1, "this process may use one CPU only"))
    func threads() throws {
      let finished = try FinishedRun(
        Self.seed + [
          "--order", "9", "--operation", "put_page", "--page-class", "mix", "--footprint", "one",
          "--hvo", "off", "--threads", "2", "--budget", "0.4",
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      #expect(Set(finished.run.summary.map(\.threads)) == [2])
    }

    @Test("It is the way to the head, and one locked operation")
    func loops() throws {
      let loops = try LoopFacts.all().filter { $0.operation == "put_page" }
      try #require(!loops.isEmpty)
      for loop in loops {
        #expect(loop[.locked] == 8 && loop[.stores] == 8, "\(loop.symbol)")
        // The step, the word and the count. With the key on of heads flags and page[1]'s word, too.
        #expect(loop[.loads] == (loop.testsFakeHeads ? 5 * 8 : 3 * 8), "\(loop.symbol)")
      }
    }
  }
}
