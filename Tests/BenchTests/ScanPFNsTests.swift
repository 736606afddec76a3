import Results
import Testing

extension BenchTests {
  @Suite("scan_pfns", .needsProgram)
  struct ScanPFNsTests {
    private static let scan = [
      "--operation", "scan_pfns", "--processes", "1", "--layouts", "1", "--encoding",
      "pointer,pointer_cmov,pointer_56,fakehead,fakehead_off,fakehead_on,fakehead_cmov,mask,mask_branchy",
    ]

    /// A map of one range: all ranges are that one, in whatever order they are drawn.
    @Test("The answers are the heads of a range, each once", arguments: 0...9)
    func heads(order: Int) throws {
      let finished = try FinishedRun(
        Self.scan + [
          "--order", "\(order)", "--footprint", "\(512 >> order)", "--page-class", "order-0,head",
          "--hvo", "off", "--budget", "0.3",
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let heads = stride(from: 0, to: 512, by: 1 << order)
      let ranges = (1 << 18) / heads.underestimatedCount
      let sum = heads.reduce(0) { $0 + 64 * $1 } * ranges
      #expect(!finished.run.summary.isEmpty)
      for row in finished.run.summary {
        #expect(row.checksum == Checksum(UInt64(sum)), "\(row.arm)")
      }
    }

    @Test(
      "Every encoding finds the same heads from the middle of a folio on, under HVO, too",
      arguments: [("off", Array(0...9), 1024), ("on", Array(7...9), 8)])
    func tails(hvo: String, orders: [Int], folios: Int) throws {
      let finished = try FinishedRun(
        Self.scan + [
          "--order", orders.map(String.init).joined(separator: ","), "--footprint", "\(folios)",
          "--page-class", "order-0,head,tail", "--hvo", hvo, "--budget", "3",
        ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let rows = finished.run.summary
      #expect(
        Set(rows.filter { $0.pageClass == "tail" }.map(\.order)) == Set(orders).subtracting([0]))
      #expect(Set(rows.map(\.order)) == Set(orders))
      #expect(rows.contains { $0.arm == "mask" } && rows.contains { $0.arm == "fakehead" })
    }

    @Test("A step is the way to the head and, of a head, its flags and page[1]'s")
    func loops() throws {
      let loops = try LoopFacts.all().filter { $0.operation == "scan_pfns" }
      try #require(!loops.isEmpty)
      for loop in loops {
        #expect(loop[.stores] == 0 && loop[.calls] == 0, "\(loop.symbol)")
        // Of a run its two words. With the key on of heads flags and page[1]'s word, too.
        #expect(loop[.loads] == (loop.testsFakeHeads ? 7 * 8 : 5 * 8), "\(loop.symbol)")
      }
    }
  }
}
