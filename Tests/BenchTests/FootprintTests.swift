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
  }
}
