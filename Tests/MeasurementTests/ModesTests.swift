import Glibc
import Measurement
import Testing

@Suite("Modes of times")
struct ModesTests {
  /// Times about each level with a spread of some percent, so many of each.
  private func times(
    _ levels: [(nanoseconds: Double, count: Int)], spread: Double, seed: UInt64
  ) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    func unit() -> Double { Double(generator.uniform(below: 1 << 32)) / 4_294_967_296 }
    return levels.flatMap { level in
      // The sum of 12 uniform numbers is as good as normal.
      (0..<level.count).map { _ in
        level.nanoseconds * exp(spread * ((0..<12).reduce(-6) { sum, _ in sum + unit() }))
      }
    }
  }

  @Test(
    "Two levels as far apart as contended times are told apart, wherever most of them lie",
    arguments: [10, 20, 50, 80, 90], 1...20 as ClosedRange<UInt64>)
  func two(percent: Int, seed: UInt64) throws {
    let times = times([(25, 2 * percent), (38, 200 - 2 * percent)], spread: 0.03, seed: seed)
    let boundary = try #require(Modes.boundary(of: times))
    #expect(times.count { $0 < boundary } == 2 * percent)
  }

  @Test("One level is one mode, however wide", arguments: [0.001, 0.03, 0.1, 0.3])
  func one(spread: Double) {
    for seed in 1...500 as ClosedRange<UInt64> {
      #expect(Modes.boundary(of: times([(25, 200)], spread: spread, seed: seed)) == nil)
    }
  }

  @Test("Levels 5 % apart, a few outliers, a skewed tail, and equal times are one mode")
  func notModes() {
    for seed in 1...50 as ClosedRange<UInt64> {
      #expect(
        Modes.boundary(of: times([(25, 100), (26.2, 100)], spread: 0.001, seed: seed)) == nil)
      #expect(Modes.boundary(of: times([(25, 190), (60, 10)], spread: 0.03, seed: seed)) == nil)
      let tail = times([(25, 200)], spread: 0.03, seed: seed).enumerated().map { index, time in
        index % 4 == 0 ? time * (1 + Double(index) / 400) : time
      }
      #expect(Modes.boundary(of: tail) == nil)
    }
    #expect(Modes.boundary(of: Array(repeating: 25, count: 100)) == nil)
    #expect(Modes.boundary(of: []) == nil && Modes.boundary(of: [25, 38]) == nil)
  }

  @Test("Levels that do not scatter at all are told apart, too")
  func exact() throws {
    let boundary = try #require(Modes.boundary(of: [25, 38, 25, 38, 38, 25]))
    #expect(boundary > 25 && boundary < 38)
  }
}
