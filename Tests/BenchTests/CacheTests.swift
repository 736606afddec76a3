import Foundation
import Results
import Testing

extension BenchTests {
  @Suite("Beyond the caches", .needsProgram)
  struct CacheTests {
    /// The forms named pointer and mask are the same instructions, and tails hold no count in either
    /// layout. Only what the caches hold of their memory maps could tell them apart.
    @Test(
      "Arms of equal code take equal times, however many others read maps like theirs",
      arguments: ["tail", "head"])
    func equalArms(pageClass: String) throws {
      let run = try FinishedRun([
        "--operation", "page_ref_add_unless", "--mode", "throughput", "--order", "4",
        "--page-class", pageClass, "--footprint", "many", "--hvo", "off", "--processes", "1",
        "--budget", "1.5",
      ])
      try #require(run.ending.status == 0, "\(run.ending.errors)")
      let ratios = run.ratiosFromSamples()
      let pointer = try #require(ratios["0 pointer arm"])
      let mask = try #require(ratios["0 mask arm"])
      // Shared maps made it 1.3 and more.
      #expect((0.85...1.15).contains(mask / pointer))
    }
  }
}
