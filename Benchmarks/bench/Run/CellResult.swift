import Foundation
import Measurement
import Results

/// What all processes so far have told about a cell.
struct CellResult {
  let planned: PlannedCell
  /// By process.
  private(set) var reports: [Int: CellReport] = [:]
  /// Whether the machine could not measure it to the end.
  private(set) var isLeftOut = false

  init(_ planned: PlannedCell) { self.planned = planned }

  var cell: Cell { planned.cell }
  var arms: [Arm] { planned.arms }

  mutating func add(_ report: CellReport, process: Int) { reports[process] = report }

  mutating func leaveOut() {
    reports = [:]
    isLeftOut = true
  }

  /// The first process's: each has a workload of its own.
  var checksum: Checksum? {
    reports.min { $0.key < $1.key }.map { Checksum($0.value.checksum) }
  }

  /// Nanoseconds per operation of each arm, in one round of one process.
  struct Round {
    let process: Int
    let layout: Int
    let block: Int
    var times: [Double]
  }

  /// All rounds of all processes.
  func rounds() -> [Round] {
    reports.sorted { $0.key < $1.key }.flatMap { process, report -> [Round] in
      let perRound = Dictionary(grouping: report.samples, by: \.round)
      return perRound.sorted { $0.key < $1.key }.map { _, samples in
        var times = [Double](repeating: .nan, count: report.arms.count)
        for sample in samples {
          times[sample.arm] = Double(sample.elapsed) / Double(report.iterations)
        }
        return Round(
          process: process, layout: samples[0].layout, block: samples[0].block, times: times)
      }
    }
  }
}

extension CellResult {
  /// The baseline's median time in nanoseconds per operation.
  func baselineTime(_ rule: VerdictRule) throws -> Double {
    try estimates(rounds(), rule: rule).first { $0.arm.role == .baseline }?.median ?? .nan
  }

  /// How long the cell took in all processes, in seconds.
  var measuringTime: Double { reports.values.reduce(0) { $0 + $1.seconds } }
}

/// What the rounds say about one arm.
struct ArmEstimate {
  let arm: Arm
  /// Nanoseconds per operation: of all rounds the median, the least, and the interquartile range.
  let median: Double
  let minimum: Double
  let interquartileRange: Double
  /// Median of the rounds' differences to the empty loop, where the cell has one.
  let net: Double?
  /// Against the baseline; nil for the baseline itself and for the empty loop, and where there are too
  /// few rounds for an interval.
  let paired: PairedEstimate?
  /// Medians of the counts per operation, of the events that were counted.
  let events: [HardwareEvent: Double]
}

extension CellResult {
  /// The estimates of all arms from `rounds`, in the order of ``arms``.
  func estimates(_ rounds: [Round], rule: VerdictRule) throws -> [ArmEstimate] {
    guard let baseline = arms.firstIndex(where: { $0.role == .baseline }) else { return [] }
    let empty = arms.firstIndex { $0.role == .empty }
    return try arms.indices.map { index in
      let times = rounds.map { $0.times[index] }
      let isCompared = arms[index].role == .arm || arms[index].role == .twin
      return ArmEstimate(
        arm: arms[index],
        median: Statistics.median(times), minimum: times.min()!,
        interquartileRange: Statistics.interquartileRange(times),
        net: empty.flatMap { empty in
          index == empty
            ? nil : Statistics.median(rounds.map { $0.times[index] - $0.times[empty] })
        },
        paired: isCompared
          ? try paired(
            rounds.map {
              PairedRound(
                process: $0.process, layout: $0.layout, block: $0.block,
                logRatio: log($0.times[index] / $0.times[baseline]))
            }, rule) : nil,
        events: eventsPerOperation(ofArm: index))
    }
  }

  private func paired(
    _ rounds: [PairedRound], _ rule: VerdictRule
  ) throws(EstimateError) -> PairedEstimate? {
    do throws(EstimateError) {
      return try PairedEstimate(rounds, rule: rule)
    } catch .tooFewGroups {
      return nil
    }
  }

  private func eventsPerOperation(ofArm arm: Int) -> [HardwareEvent: Double] {
    var counts: [HardwareEvent: [Double]] = [:]
    for report in reports.values where !report.events.isEmpty {
      for sample in report.samples where sample.arm == arm {
        for (event, count) in zip(report.events, sample.counts.events ?? []) {
          counts[event, default: []].append(Double(count) / Double(report.iterations))
        }
      }
    }
    return counts.mapValues { Statistics.median($0) }
  }
}
