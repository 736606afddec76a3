import Measurement
import Vmemmap

/// What a measuring process tells about one cell.
struct CellReport: Codable {
  /// As it was assigned; the process that decides sees that it is the one it waits for.
  private(set) var planned: PlannedCell
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
  /// Of each arm, how many compare-and-swaps fail for each reference taken; empty where one thread
  /// measured, nil where the arm takes none.
  let failedSwaps: [Double?]
  /// What each sample has counts of.
  let events: [HardwareEvent]
  private(set) var packed: PackedRounds

  /// What was timed in all rounds.
  struct Rounds {
    let samples: [Sample]
    /// How long a cycle was in each round, in nanoseconds; 0 where that was not found out.
    let cycles: [Double]
  }

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
    failedSwaps = measurement.failedSwaps
    self.checksum = checksum
    self.seconds = seconds
    self.events = events
    packed = PackedRounds(
      Rounds(samples: measurement.samples, cycles: measurement.cycles), events: events.count)
  }

  var arms: [Arm] { planned.arms }

  /// What it says without its rounds, which are kept elsewhere.
  var withoutRounds: CellReport {
    var report = self
    report.packed = PackedRounds(words: [])
    return report
  }

  /// As it is kept in memory: without its rounds, and with the plan's own cell in place of a copy.
  func kept(of planned: PlannedCell) -> CellReport {
    var report = withoutRounds
    report.planned = planned
    return report
  }

  /// The rounds that are kept elsewhere.
  ///
  /// - Throws: `ResumeError.foreignJournal` where they are none of this report's arms.
  func rounds(_ packed: PackedRounds) throws(ResumeError) -> Rounds {
    guard let rounds = packed.rounds(events: events.count),
      rounds.samples.allSatisfy({
        arms.indices.contains($0.arm) && rounds.cycles.indices.contains($0.round)
      })
    else { throw .foreignJournal }
    return rounds
  }
}

/// Rounds as numbers: JSON of objects would take longer to read than to measure.
struct PackedRounds: Codable {
  /// First how many threads each sample has times of, and how many rounds there are; then how long a cycle was
  /// in each round, as a pattern of bits; then of each sample eight numbers, a count for each event, and the time
  /// of each thread.
  let words: [UInt64]

  /// In place of a count that there is none of, as others had the CPU's counters.
  private static let noCount = UInt64.max
  private static let head = 2
  private static let fixed = 8

  init(words: [UInt64]) { self.words = words }

  /// - Parameter events: how many are counted.
  init(_ rounds: CellReport.Rounds, events: Int) {
    let threads = rounds.samples.first?.threads.count ?? 0
    words =
      [UInt64(threads), UInt64(rounds.cycles.count)] + rounds.cycles.map(\.bitPattern)
      + rounds.samples.flatMap { sample in
        [
          UInt64(sample.arm), UInt64(sample.layout), UInt64(sample.block), UInt64(sample.round),
          UInt64(sample.position), sample.elapsed, UInt64(sample.counts.contextSwitches),
          UInt64(sample.counts.pageFaults),
        ] + (sample.counts.events ?? [UInt64](repeating: PackedRounds.noCount, count: events))
          + sample.threads
      }
  }

  /// - Returns: nil for words that are not of whole rounds, or hold numbers that none has.
  func rounds(events: Int) -> CellReport.Rounds? {
    guard !words.isEmpty else { return CellReport.Rounds(samples: [], cycles: []) }
    guard words.count >= Self.head, words[0] < words.count, words[1] <= words.count - Self.head
    else { return nil }
    let threads = Int(words[0])
    let begin = Self.head + Int(words[1])
    let cycles = words[Self.head..<begin].map { Double(bitPattern: $0) }
    let length = Self.fixed + events + threads
    let starts = stride(from: begin, to: words.count, by: length)
    guard (words.count - begin).isMultiple(of: length),
      cycles.allSatisfy({ $0.isFinite && $0 >= 0 }),
      starts.allSatisfy({ start in
        words[start..<start + length].allSatisfy { $0 <= Int.max || $0 == Self.noCount }
          && words[start..<start + Self.fixed].allSatisfy { $0 <= Int.max }
      })
    else { return nil }
    let samples = starts.map { first in
      let counts = Array(words[first + Self.fixed..<first + Self.fixed + events])
      let times = first + Self.fixed + events
      return CellReport.Sample(
        arm: Int(words[first]), layout: Int(words[first + 1]), block: Int(words[first + 2]),
        round: Int(words[first + 3]), position: Int(words[first + 4]), elapsed: words[first + 5],
        threads: Array(words[times..<times + threads]),
        counts: ThreadCounts(
          events: counts.contains(Self.noCount) ? nil : counts,
          contextSwitches: Int(words[first + 6]), pageFaults: Int(words[first + 7])))
    }
    return CellReport.Rounds(samples: samples, cycles: cycles)
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
  /// The system refuses what no process can do without; another time it may not.
  case refused(String)
}

extension WorkerMessage {
  /// The cell that it is about.
  var planned: PlannedCell? {
    switch self {
    case .cell(let report): report.planned
    case .unmeasured(let planned, _): planned
    case .accounts, .failure, .refused: nil
    }
  }
}

/// A wrong answer: no number is worth reporting after one.
struct WrongAnswer: Error, CustomStringConvertible {
  let description: String
}
