import Measurement
import Testing

@Suite("CycleLength and ClockTies")
struct CycleLengthTests {
  @Test("A cycle is the chain's time over its additions")
  func fromChain() throws {
    let cycle = try #require(CycleLength(elapsed: 27_100, additions: 100_000))
    #expect(isClose(cycle.nanoseconds, 0.271))
    #expect(isClose(cycle.cycles(2.71), 10))
    #expect(isClose(cycle.cycles(-0.542), -2))
  }

  @Test("There is no cycle of no time or no additions")
  func none() {
    #expect(CycleLength(elapsed: 0, additions: 10) == nil)
    #expect(CycleLength(elapsed: 10, additions: 0) == nil)
    for length in [0, -1, .infinity, .nan] { #expect(CycleLength(nanoseconds: length) == nil) }
    #expect(CycleLength(nanoseconds: 0.25)?.nanoseconds == 0.25)
  }

  @Test(
    "Ties are equal numbers of ticks, however the clock rounds them", arguments: [1, 2, 3, 10, 40])
  func ties(step: UInt64) {
    // A counter of a period near the step, rounded down to whole nanoseconds, read at all phases.
    let period = step == 1 ? 1 : Double(step) - 0.24
    func elapsed(_ ticks: Int, from first: Int) -> UInt64 {
      UInt64(period * Double(first + ticks)) - UInt64(period * Double(first))
    }
    for first in 0..<50 {
      for ticks in [0, 1, 2, 100] {
        let baseline = elapsed(ticks, from: first)
        let same = elapsed(ticks, from: 3 * first + 7)
        #expect(
          ClockTies.share(of: [(baseline, baseline)], step: step) == 1)
        if step > 2 { #expect(ClockTies.share(of: [(same, baseline)], step: step) == 1) }
        let next = elapsed(ticks + 1, from: 5 * first + 3)
        if step != 2 { #expect(ClockTies.share(of: [(next, baseline)], step: step) == 0) }
      }
    }
  }

  @Test("The share is of all rounds, and no rounds have none")
  func share() {
    #expect(ClockTies.share(of: [(30, 30), (30, 40), (41, 40), (20, 40)], step: 10) == 0.5)
    #expect(ClockTies.share(of: [(30, 30), (31, 30)], step: 1) == 0.5)
    #expect(ClockTies.share(of: [], step: 10) == nil)
  }
}
