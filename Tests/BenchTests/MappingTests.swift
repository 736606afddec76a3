import Results
import Testing
import Vmemmap

extension BenchTests {
  @Suite("Mappings under struct pages", .needsProgram)
  struct MappingTests {
    @Test("Under HVO those of a format that can't share tails are mapped as without it")
    func unshared() throws {
      let finished = try FinishedRun([
        "--order", "9", "--operation", "compound_head", "--mode", "latency", "--page-class",
        "tail", "--footprint", "128", "--hvo", "off,on", "--mapping", "4k,2m", "--encoding",
        "mask,memdesc", "--processes", "1", "--budget", "0.3",
      ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let rows = finished.run.summary
      let optimized = rows.filter { $0.hvo == .on }
      #expect(optimized.count == 3)
      for row in optimized {
        let others = Set(
          rows.filter { $0.hvo == .off && $0.arm == row.arm }.map(\.mapping))
        // Where the machine grants no huge mapping, all are small.
        #expect(others == [.uniform(.base)] || others == [.uniform(.base), .uniform(.huge)])
        #expect(
          row.mapping
            == (row.arm == "memdesc" && others.count == 2 ? .uniform(.huge) : .uniform(.base)))
      }
    }
  }
}
