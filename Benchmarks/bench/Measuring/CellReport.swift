import Measurement
import Vmemmap

/// What a measuring process tells about one cell.
struct CellReport: Codable {
  /// As it was assigned; the process that decides sees that it is the one it waits for.
  let planned: PlannedCell
  /// Of each arm the size of the mappings under its struct pages, as granted.
  let mappings: [MappingSize]
  /// The least share of a map's pages that were on their node, before measuring or after; nil where
  /// that was not asked, or the kernel does not tell.
  let placement: Double?
  /// Operations in each timed block.
  let iterations: Int
  /// The oracle's sum over the whole workload, to which every arm's was equal.
  let checksum: UInt64
  /// How long the cell took, in seconds: everything from its checks to its last round.
  let seconds: Double
  /// How long a cycle was in each round, in nanoseconds; 0 where that was not found out.
  let cycles: [Double]
  /// Of each arm, how many compare-and-swaps fail for each reference taken; empty where one thread
  /// measured, nil where the arm takes none.
  let failedSwaps: [Double?]
  /// What each sample has counts of.
  let events: [HardwareEvent]
  /// The samples, eight numbers each: JSON of objects would take longer to read than to measure.
  private let packedSamples: [UInt64]
  /// One for each event of each sample; nil where others had the CPU's counters.
  private let packedEvents: [UInt64?]
  /// One for each thread of each sample; empty where one thread measured.
  private let packedThreads: [UInt64]

  /// One timed block.
  struct Sample {
    let arm: Int
    let layout: Int
    let block: Int
    let round: Int
    let position: Int
    /// Nanoseconds.
    let elapsed: UInt64
    /// In each of several threads; empty of one.
    let threads: [UInt64]
    let counts: ThreadCounts
  }

  init(
    _ planned: PlannedCell, mappings: [MappingSize], placement: Double?, checksum: UInt64,
    seconds: Double, events: [HardwareEvent], _ measurement: CellMeasurement
  ) {
    self.planned = planned
    self.mappings = mappings
    self.placement = placement
    iterations = measurement.iterations
    cycles = measurement.cycles
    failedSwaps = measurement.failedSwaps
    packedThreads = measurement.samples.flatMap(\.threads)
    self.checksum = checksum
    self.seconds = seconds
    self.events = events
    packedSamples = measurement.samples.flatMap {
      [
        UInt64($0.arm), UInt64($0.layout), UInt64($0.block), UInt64($0.round),
        UInt64($0.position), $0.elapsed, UInt64($0.counts.contextSwitches),
        UInt64($0.counts.pageFaults),
      ]
    }
    packedEvents = measurement.samples.flatMap {
      $0.counts.events ?? [UInt64?](repeating: nil, count: events.count)
    }
  }

  var arms: [Arm] { planned.arms }

  var samples: [Sample] {
    let threads = packedThreads.count / max(1, packedSamples.count / 8)
    return stride(from: 0, to: packedSamples.count, by: 8).map { first in
      let thread = first / 8 * threads
      let event = first / 8 * events.count
      let counts = packedEvents[event..<event + events.count].compactMap(\.self)
      return Sample(
        arm: Int(packedSamples[first]), layout: Int(packedSamples[first + 1]),
        block: Int(packedSamples[first + 2]), round: Int(packedSamples[first + 3]),
        position: Int(packedSamples[first + 4]), elapsed: packedSamples[first + 5],
        threads: Array(packedThreads[thread..<thread + threads]),
        counts: ThreadCounts(
          events: counts.count == events.count ? counts : nil,
          contextSwitches: Int(packedSamples[first + 6]),
          pageFaults: Int(packedSamples[first + 7])))
    }
  }
}

/// One line from a measuring process.
enum WorkerMessage: Codable {
  case accounts([MemoryAccount])
  case cell(CellReport)
  /// A cell that this machine can't measure now: memory, mappings, CPUs or nodes that can't be had.
  case unmeasured(PlannedCell, why: String)
  /// A wrong answer: the run has failed.
  case failure(String)
}

/// A wrong answer: no number is worth reporting after one.
struct WrongAnswer: Error, CustomStringConvertible {
  let description: String
}
