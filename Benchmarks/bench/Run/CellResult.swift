import Measurement
import Results

/// What all processes so far have told about a cell.
struct CellResult {
  let planned: PlannedCell
  /// By process, without their rounds.
  private(set) var reports: [Int: CellReport] = [:]
  private var places: [Int: Journal.Place] = [:]
  /// Whether the machine could not measure it to the end.
  private(set) var isLeftOut = false

  init(_ planned: PlannedCell) { self.planned = planned }

  var cell: Cell { planned.cell }
  var arms: [Arm] { planned.arms }

  /// - Parameter place: where the report's rounds are.
  mutating func add(_ report: CellReport, process: Int, at place: Journal.Place) {
    reports[process] = report.kept(of: planned)
    places[process] = place
  }

  mutating func leaveOut() {
    reports = [:]
    places = [:]
    isLeftOut = true
  }

  /// The first process's: each has a workload of its own.
  var checksum: Checksum? {
    reports.min { $0.key < $1.key }.map { Checksum($0.value.checksum) }
  }

  /// What one round of one process timed of each arm.
  struct Round {
    let process: Int
    let layout: Int
    let block: Int
    /// Operations in each block.
    let iterations: Int
    /// Nanoseconds of each arm's block.
    var elapsed: [UInt64]
    /// Of each arm's block, nanoseconds in each of several threads; empty of one.
    var threads: [[UInt64]]
    let cycle: CycleLength?
    let events: [HardwareEvent]
    /// Of each arm's block, how many of each event; nil where that was not counted.
    var counts: [[UInt64]?]

    /// Nanoseconds per operation.
    func time(_ arm: Int) -> Double { Double(elapsed[arm]) / Double(iterations) }
  }

  /// All rounds of all processes, in their order.
  func rounds(_ journal: Journal) throws -> [Round] {
    try reports.sorted { $0.key < $1.key }.flatMap { process, report -> [Round] in
      guard let place = places[process] else { return [] }
      let rounds = try report.rounds(try journal.rounds(at: place))
      let perRound = Dictionary(grouping: rounds.samples, by: \.round)
      return perRound.sorted { $0.key < $1.key }.map { number, samples in
        var elapsed = [UInt64](repeating: 0, count: report.arms.count)
        var threads = [[UInt64]](repeating: [], count: report.arms.count)
        var counts = [[UInt64]?](repeating: nil, count: report.arms.count)
        for sample in samples {
          elapsed[sample.arm] = sample.elapsed
          threads[sample.arm] = sample.threads
          counts[sample.arm] = sample.counts.events
        }
        return Round(
          process: process, layout: samples[0].layout, block: samples[0].block,
          iterations: report.iterations, elapsed: elapsed, threads: threads,
          cycle: CycleLength(nanoseconds: rounds.cycles[number]), events: report.events,
          counts: counts)
      }
    }
  }

  /// The smallest share of memory on its node that a process found; nil where none could ask.
  var placement: Double? { reports.values.compactMap(\.placement).min() }

  /// Operations in each block, as the first process settled it.
  var iterations: Int? { reports.min { $0.key < $1.key }?.value.iterations }
}

extension CellResult {
  /// The baseline's median time in nanoseconds per operation; nil before it was measured.
  func baselineTime(_ rounds: [Round]) -> Double? {
    guard !rounds.isEmpty, let baseline = arms.firstIndex(where: { $0.role == .baseline }) else {
      return nil
    }
    return rounds.median { $0.time(baseline) }
  }

  /// How long the cell took in all processes, in seconds.
  var measuringTime: Double { reports.values.reduce(0) { $0 + $1.seconds } }
}

extension [CellResult.Round] {
  /// The median of the processes' medians of what rounds tell: a faster process has more rounds, and no more to
  /// say. Nil where no round tells it.
  func median(_ value: (CellResult.Round) -> Double?) -> Double? {
    var told: [Int: [Double]] = [:]
    for round in self {
      if let value = value(round) { told[round.process, default: []].append(value) }
    }
    return told.isEmpty ? nil : Statistics.median(told.values.map { Statistics.median($0) })
  }
}
