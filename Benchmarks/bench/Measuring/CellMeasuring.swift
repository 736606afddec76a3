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
  /// - Returns: operations in each timed block, and the blocks.
  func measure(until deadline: UInt64) throws -> (iterations: Int, samples: [CellReport.Sample])
}
