import Results
import Testing

extension BenchTests {
  /// A run of one cell, of which nothing was measured before: no cell before it has left its maps as
  /// this one needs them.
  @Suite("A run whose first cell is its only one", .needsProgram)
  struct FirstCellTests {
    @Test(
      "All arms find the heads of tails and of mixes, whatever the seed",
      arguments: ["tail", "mix"], [1, 2, 3, 4])
    func rightAnswers(pageClass: String, seed: Int) throws {
      let finished = try FinishedRun([
        "--order", "9", "--operation", "compound_head", "--mode", "throughput", "--page-class",
        pageClass, "--footprint", "one", "--hvo", "off", "--processes", "1", "--budget", "0.1",
        "--seed", "\(seed)",
      ])
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      let rows = finished.run.summary
      #expect(Set(rows.map(\.arm)).isSuperset(of: ["fakehead", "pointer", "mask", "memdesc"]))
      #expect(rows.allSatisfy { $0.cell == 0 && $0.pageClass == pageClass })
    }

    @Test("So they do where tails are optimised, and where references are taken on what is found")
    func otherCells() throws {
      for arguments in [
        ["--hvo", "on", "--page-class", "tail", "--mode", "latency"],
        ["--hvo", "off", "--page-class", "mix", "--mode", "consumer_ref"],
      ] {
        let finished = try FinishedRun(
          [
            "--order", "9", "--operation", "compound_head", "--footprint", "one", "--processes",
            "1", "--budget", "0.1",
          ] + arguments)
        #expect(finished.ending.status == 0, "\(finished.ending.errors)")
        #expect(!finished.run.summary.isEmpty)
      }
    }
  }
}
