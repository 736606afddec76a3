import Vmemmap

/// What measures a cell in this process.
protocol CellMeasuring {
  var arms: [Arm] { get }
  /// Of each arm the size of the mappings under its struct pages, as granted.
  var mappings: [MappingSize] { get }
  /// What the oracle makes of the right answers; no arm gave another one.
  var checksum: UInt64 { get }

  /// - Parameter deadline: when to be done, on ``MonotonicRawClock``. The fewest rounds that make an
  ///   interval are measured even if it has passed.
  func measure(until deadline: UInt64) throws -> CellMeasurement
}

/// What was measured of a cell.
struct CellMeasurement {
  /// Operations in each timed block.
  let iterations: Int
  var samples: [CellReport.Sample] = []
  /// How long a cycle was in each round, in nanoseconds; 0 where that was not found out.
  var cycles: [Double] = []
  /// Of each arm, how many compare-and-swaps fail for each reference taken; empty where one thread
  /// measures, nil where the arm takes none.
  var failedSwaps: [Double?] = []

  mutating func add(_ timed: Rounds.Timed, layout: Int, block: Int, round: Int) {
    cycles.append(timed.cycle?.nanoseconds ?? 0)
    for (position, one) in timed.blocks.enumerated() {
      samples.append(
        CellReport.Sample(
          arm: one.arm, layout: layout, block: block, round: round, position: position,
          elapsed: one.elapsed, threads: one.threads, counts: one.counts))
    }
  }
}
