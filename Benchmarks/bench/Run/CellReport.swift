import Vmemmap

/// What a measuring process tells about one cell.
struct CellReport: Codable {
  let cell: Int
  /// The mappings' size as granted; nil when the maps of the cell differ.
  let mapping: MappingSize?
  /// Operations in each timed block.
  let iterations: Int
  /// The oracle's sum over the whole workload, to which every arm's was equal.
  let checksum: UInt64
  /// How long the cell took, in seconds: everything from its checks to its last round.
  let seconds: Double
  let arms: [Arm]
  /// The samples, six numbers each: JSON of objects would take longer to read than to measure.
  private let packedSamples: [UInt64]

  /// One timed block.
  struct Sample {
    let arm: Int
    let layout: Int
    let block: Int
    let round: Int
    let position: Int
    /// Nanoseconds.
    let elapsed: UInt64
  }

  init(
    cell: Int, mapping: MappingSize?, iterations: Int, checksum: UInt64,
    seconds: Double, arms: [Arm], samples: [Sample]
  ) {
    self.cell = cell
    self.mapping = mapping
    self.iterations = iterations
    self.checksum = checksum
    self.seconds = seconds
    self.arms = arms
    packedSamples = samples.flatMap {
      [
        UInt64($0.arm), UInt64($0.layout), UInt64($0.block), UInt64($0.round),
        UInt64($0.position), $0.elapsed,
      ]
    }
  }

  var samples: [Sample] {
    stride(from: 0, to: packedSamples.count, by: 6).map {
      Sample(
        arm: Int(packedSamples[$0]), layout: Int(packedSamples[$0 + 1]),
        block: Int(packedSamples[$0 + 2]), round: Int(packedSamples[$0 + 3]),
        position: Int(packedSamples[$0 + 4]), elapsed: packedSamples[$0 + 5])
    }
  }
}

/// One line from a measuring process.
enum WorkerMessage: Codable {
  case accounts([MemoryAccount])
  case cell(CellReport)
  /// A wrong answer, or memory that could not be had: the run has failed.
  case failure(String)
}

/// A wrong answer: no number is worth reporting after one.
struct WrongAnswer: Error, CustomStringConvertible {
  let description: String
}
