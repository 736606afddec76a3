import Glibc
import Measurement
import Testing

@Suite("PairedDifference")
struct PairedDifferenceTests {
  /// Two blocks of each of six processes, the arm a nanosecond and a bit above the baseline.
  private func rounds(cycle: (_ process: Int) -> CycleLength?) -> [PairedRound] {
    (0..<12).map { group in
      PairedRound(
        process: group % 6, layout: 0, block: group / 6, armTime: 3 + 0.01 * Double(group),
        baselineTime: 2, cycle: cycle(group % 6))
    }
  }

  @Test(
    "Differences in nanoseconds and in cycles, with interval and p-value, are SciPy's and NumPy's")
  func reference() throws {
    for reference in Reference.values.estimates {
      let difference = try PairedDifference(reference.pairedRounds)
      #expect(reference.nanoseconds.matches(difference.nanoseconds))
      #expect(reference.cycles.matches(try #require(difference.cycles)))
      #expect(difference.nanoseconds.rounds == reference.rounds.count)
    }
  }

  @Test("A cost that is added to both sides changes the ratio and not the difference")
  func additiveCost() throws {
    let plain = rounds { _ in nil }
    let inShell = plain.map {
      PairedRound(
        process: $0.process, layout: $0.layout, block: $0.block, armTime: $0.armTime + 4,
        baselineTime: $0.baselineTime + 4)
    }
    let (before, after) = (try PairedDifference(plain), try PairedDifference(inShell))
    #expect(isClose(before.nanoseconds.median, after.nanoseconds.median))
    #expect(isClose(before.nanoseconds.lower, after.nanoseconds.lower))
    #expect(isClose(before.nanoseconds.upper, after.nanoseconds.upper))
    #expect(try PairedEstimate(plain).ratio > PairedEstimate(inShell).ratio + 0.2)
  }

  @Test("Each round's difference is divided by its own cycle")
  func cycles() throws {
    // Half of the processes ran at half the frequency, and so took twice as long.
    let rounds = (0..<12).map { group in
      let cycle = group.isMultiple(of: 2) ? 0.25 : 0.5
      return PairedRound(
        process: group % 6, layout: 0, block: group / 6, armTime: 9 * cycle,
        baselineTime: 5 * cycle, cycle: CycleLength(nanoseconds: cycle))
    }
    let difference = try PairedDifference(rounds)
    #expect(difference.cycles?.interval == 4...4)
    #expect(difference.nanoseconds.lower <= 1 && difference.nanoseconds.upper >= 2)
  }

  @Test("No cycles where a single round has none")
  func noCycles() throws {
    let cycle = CycleLength(nanoseconds: 0.25)
    #expect(try PairedDifference(rounds { _ in cycle }).cycles != nil)
    #expect(try PairedDifference(rounds { $0 == 3 ? nil : cycle }).cycles == nil)
  }

  @Test("Rounds that make no ratio make no difference")
  func refused() {
    #expect(throws: EstimateError.self) { try PairedDifference([]) }
    let stopped = PairedRound(process: 0, layout: 0, block: 0, armTime: 0, baselineTime: 2)
    #expect(throws: EstimateError.notFinite(stopped)) {
      try PairedDifference(rounds { _ in nil } + [stopped])
    }
  }
}
