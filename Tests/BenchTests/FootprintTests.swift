import Results
import Testing
import Vmemmap

extension BenchTests {
  @Suite("Footprints", .needsProgram)
  struct FootprintTests {
    @Test("What vm.max_map_count does not allow is measured smaller, and named in unmeasured.csv")
    func shrunk() throws {
      let finished = try FinishedRun([
        "--order", "9", "--operation", "compound_head", "--mode", "latency", "--page-class",
        "tail", "--hvo", "on", "--footprint", "beyond", "--encoding", "mask", "--processes", "1",
        "--layouts", "1", "--budget", "0.5",
      ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let footprints = Set(finished.run.summary.compactMap(\.hugePages))
      try #require(footprints.count == 1)
      let folios = try #require(footprints.first)
      // Four times the last-level cache; no more than the preset has time for.
      let cache = try #require(finished.run.meta.machine.caches.map(\.bytes).max())
      let wanted = 4 * cache / (Page.size << 9)
      // Of the baseline, its twin and the mask, each a mapping for each vmemmap page.
      let mappings = 3 * MemoryMap.mappings(forOptimizedOrder: 9) * wanted
      let line = finished.unmeasuredText.split(separator: "\n")
        .first { $0.contains("beyond the caches") }
      guard let limit = MappingLimit.current, mappings > limit else {
        #expect(folios == wanted && line == nil)
        return
      }
      #expect(folios < wanted)
      let told = try #require(line)
      #expect(told.contains("\(wanted) folios of order 9 under HVO"), "\(told)")
      #expect(told.contains("vm.max_map_count is \(limit)"), "\(told)")
      #expect(told.contains("\(folios) are measured instead"), "\(told)")
    }

    @Test("What was made smaller until it is another footprint is one cell")
    func oneCellEach() throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(
        [
          "list", "--cells", "--order", "9", "--operation", "compound_head", "--mode", "latency",
          "--page-class", "tail", "--hvo", "on", "--encoding", "mask",
          "--footprint", "beyond,2048,1024,512,256,128,64,32,16",
        ], in: directory.url)
      // Where a number that was named does not fit, the plan is refused.
      guard ending.status == 0 else { return #expect(ending.errors.contains("max_map_count")) }
      let cells = ending.output.split(separator: "\n").compactMap { line in
        line.firstIndex(of: ":").map { line[$0...] }
      }
      #expect(Set(cells).count == cells.count, "\(ending.output)")
    }

    @Test("prep_compound_page() touches all struct pages of its folios")
    func writtenPages() throws {
      let finished = try FinishedRun([
        "--operation", "prep_compound_page", "--processes", "1", "--layouts", "1", "--budget",
        "0.5",
      ])
      let rows = finished.run.summary.filter { $0.operation == "prep_compound_page" }
      try #require(!rows.isEmpty)
      for row in rows where row.arm == "mask" {
        #expect(row.touchedBytes == Page.size << row.order)
      }
    }

    /// How many cache lines each arm of each cell touches, by what `cell` says of the cell and the arm's name.
    private func touchedLines(
      _ arguments: String, _ cell: (SummaryRow) -> String
    ) throws -> [String: Int] {
      let finished = try FinishedRun(
        arguments.split(separator: " ").map(String.init)
          + ["--processes", "1", "--layouts", "1", "--budget", "0.5"])
      try #require(finished.ending.status == 0, "\(finished.ending.errors)")
      return try Dictionary(
        finished.run.summary.map { row in
          let bytes = try #require(row.touchedBytes)
          #expect(bytes % 64 == 0, "\(row.arm): \(bytes)")
          return ("\(cell(row)) \(row.arm)", bytes / 64)
        }, uniquingKeysWith: { first, _ in first })
    }

    @Test("Who looks at all pages touches under HVO one page of struct pages, and the template")
    func optimizedPages() throws {
      let lines = try touchedLines(
        """
        --operation unpin_pages --order 9 --footprint 1,8 --page-class head --hvo on \
        --encoding fakehead,mask
        """
      ) { "\($0.hugePages ?? 0)" }
      #expect(
        lines == ["1 fakehead": 64, "1 mask": 128, "8 fakehead": 8 * 64, "8 mask": 9 * 64])
    }

    @Test("No struct page is counted twice, and of a population's scan none that it leaves out")
    func countedOnce() throws {
      let folio = try touchedLines(
        "--operation zap_batch,scan_pfns --order 9 --footprint 2 --page-class head,tail --hvo off"
      ) { "\($0.operation) \($0.pageClass)" }
      #expect(folio["zap_batch head mask"] == 1024)
      // page[1] has the order; from a tail on whatever follows is passed.
      #expect(folio["scan_pfns head mask"] == 2 * 2)
      #expect(folio["scan_pfns tail mask"] == 1024)
      // Half of the memory each; runs of 512 pages begin anywhere in a folio of 1 GiB.
      for (population, footprint, scanned) in [
        ("4k:1,2m:1", 2, 512 + 2), ("2m:1", 1, 2), ("1g:1", 1, 1 << 18),
      ] {
        let lines = try touchedLines(
          "--operation scan_pfns --population \(population) --footprint \(footprint) --hvo off"
        ) { _ in population }
        #expect(lines["\(population) mask"] == scanned)
      }
    }

    @Test("Telling fake heads reads page[1] of what looks like an aligned head, with the key on")
    func fakeHeads() throws {
      let lines = try touchedLines(
        """
        --operation compound_head,page_compound --mode throughput,latency --order 9 --footprint 1 \
        --page-class head,tail,fakehead --hvo off,elsewhere,on --encoding fakehead,mask
        """
      ) { "\($0.operation) \($0.mode) \($0.pageClass) \($0.hvo?.rawValue ?? "")" }
      for mode in ["throughput", "latency"] {
        for (state, expected) in [("off", 1), ("elsewhere", 2), ("on", 2)] {
          #expect(lines["compound_head \(mode) head \(state) fakehead"] == expected)
          #expect(lines["compound_head \(mode) head \(state) mask"] == 1)
        }
        // Seven tails with a word of their own; or one head at seven addresses, and what tells it.
        let head = mode == "latency" ? 1 : 0
        #expect(lines["compound_head \(mode) fakehead elsewhere fakehead"] == 7 + head)
        #expect(lines["compound_head \(mode) fakehead on fakehead"] == 2)
        #expect(lines["compound_head \(mode) tail on fakehead"] == 63 + head)
      }
      // Both kinds are part of a compound page.
      #expect(lines["page_compound throughput head on fakehead"] == 1)
    }

    @Test("Of the heads of small folios those are counted that the class has")
    func alignedHeads() throws {
      let lines = try touchedLines(
        """
        --operation compound_head --mode throughput --order 2 --footprint 64 \
        --page-class head,head_aligned,head_unaligned --hvo elsewhere --encoding fakehead,mask
        """
      ) { $0.pageClass }
      #expect(
        lines == [
          "head fakehead": 64 + 4, "head mask": 64, "head_aligned fakehead": 4 + 4,
          "head_aligned mask": 4, "head_unaligned fakehead": 60, "head_unaligned mask": 60,
        ])
    }

    @Test("Struct pages of other sizes are counted by the lines that their words lie in")
    func sizes() throws {
      let lines = try touchedLines(
        """
        --operation compound_head --mode throughput --order 9 --footprint 1 --page-class tail \
        --hvo off --encoding memdesc_32,pointer_56,pointer_72,pointer_80,pointer_96,mask
        """
      ) { "\($0.footprintBytes)" }
      let tails = 512 - 8
      for arm in ["mask", "pointer_72", "pointer_80", "pointer_96"] {
        #expect(lines["32768 \(arm)"] == tails, "\(arm)")
      }
      #expect(lines["32768 pointer_56"] == tails * 56 / 64)
      // The lines of the head and of places of fake heads have a tail, too.
      #expect(lines["32768 memdesc_32"] == 512 / 2)
    }
  }
}
