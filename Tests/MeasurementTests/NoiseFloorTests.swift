import Glibc
import Measurement
import Testing

@Suite("NoiseFloor")
struct NoiseFloorTests {
  private func twin(ratio: Double, width: Double) throws -> PairedEstimate {
    try PairedEstimate(
      (0..<7).map {
        PairedRound(
          process: 0,
          layout: 0,
          block: $0,
          logRatio: log(ratio) + width * Double($0 - 3)
        )
      }
    )
  }

  @Test("It sums up how far twins lie from 1 and how many exclude it")
  func summary() throws {
    let noise = try #require(
      NoiseFloor(twins: [
        twin(ratio: 1.03, width: 0.1), twin(ratio: 0.99, width: 0.1),
        twin(ratio: 0.98, width: 0.001), twin(ratio: 1, width: 0.1),
      ])
    )
    #expect(noise.twins == 4)
    #expect(isClose(noise.median, 0.015))
    #expect(isClose(noise.percentile95, 0.02 + 0.85 * 0.01))
    #expect(noise.falsePositiveShare == 0.25)
  }

  @Test("No twins, no noise floor")
  func empty() {
    #expect(NoiseFloor(twins: []) == nil)
  }
}
