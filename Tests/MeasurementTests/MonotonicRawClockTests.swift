import Testing

@testable import Measurement

@Suite("MonotonicRawClock")
struct MonotonicRawClockTests {
  @Test("Readings never go back, and they advance")
  func monotonic() {
    let readings = (0..<1000).map { _ in MonotonicRawClock.now() }
    #expect(zip(readings, readings.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(readings.first! < readings.last!)
  }

  @Test("Step and cost of this machine's clock are plausible")
  func stepAndCost() {
    let (step, cost) = MonotonicRawClock.stepAndCost()
    #expect((1...1_000_000).contains(step))
    #expect((1...100_000).contains(cost))
  }

  @Test(
    "The step is found under rounding, interruptions and a fast reader",
    arguments: [
      // A counter of 100 MHz read every 23 ns, as seen, with an interruption.
      ([(20, 13_000), (21, 400), (30, 6000), (31, 300), (71, 1)], 10),
      // Whole nanoseconds.
      ([(18, 900), (19, 5000), (20, 5000), (21, 300), (45, 2), (47, 3)], 1),
      // A clock much coarser than a reading: most readings repeat.
      ([(0, 10_000), (41, 300), (42, 600)], 41),
      ([(25, 1000)], 1),
    ] as [([(difference: UInt64, count: Int)], UInt64)]
  )
  func step(histogram: [(difference: UInt64, count: Int)], expected: UInt64) {
    let differences = histogram.flatMap { Array(repeating: $0.difference, count: $0.count) }
    #expect(MonotonicRawClock.step(ofDifferences: differences) == expected)
  }
}
