import Results
import Testing

extension BenchTests {
  @Suite("Without privileges", .needsProgram, .needsRoot)
  struct UnprivilegedTests {
    @Test("HVO is measured, and its saving told, where page frame numbers may not be read")
    func nobody() throws {
      let directory = try TemporaryDirectory()
      try directory.giveToNobody()
      let ending = try runAsNobody(
        [
          "run", "--order", "9", "--operation", "compound_head", "--mode", "throughput",
          "--footprint", "one", "--hvo", "on", "--processes", "1", "--budget", "0.2",
        ], in: directory)
      #expect(ending.status == 0, "\(ending.errors)")
      let run = try directory.latestRun()
      #expect(run.meta.status == .complete)
      #expect(Set(run.summary.map(\.pageClass)) == ["head", "tail", "fakehead", "mix"])
      let savings = try #require(run.meta.savings)
      #expect(savings.allSatisfy { ($0.bytesMeasured ?? 0) > 0 })
    }
  }
}
