import Foundation
import Results

/// A run that the program made, with all that it left.
struct FinishedRun {
  let ending: Bench.Ending
  /// In the directory that run directories are made in.
  let names: [String]
  /// In the run's own directory.
  let files: [String]
  let run: Run
  let summaryText: String
  let unmeasuredText: String
  let samples: [SampleRow]
  let codegen: [CodegenRow]
  let contention: [ContentionRow]
  let plan: [UInt8]

  init(_ arguments: [String]) throws {
    let directory = try TemporaryDirectory()
    ending = try Bench.run(["run"] + arguments + ["--format", "csv"], in: directory.url)
    names = directory.names("results")
    files = directory.names("results/latest")
    run = try directory.latestRun()
    summaryText = try directory.text("results/latest/summary.csv")
    unmeasuredText = try directory.text("results/latest/unmeasured.csv")
    samples = try run.samples()
    codegen = try run.codegen()
    contention = try run.contention()
    plan = try run.plan().json
  }

  /// What was timed in turn, by cell, process and round.
  var rounds: [[Int]: [SampleRow]] {
    Dictionary(grouping: samples) { [$0.cell, $0.process, $0.round] }
  }

  /// Each arm's and twin's ratio to its baseline, worked out anew: by cell, encoding and role.
  func ratiosFromSamples() -> [String: Double] {
    var logs: [String: [[Int]: [Double]]] = [:]
    for round in rounds.values {
      guard let baseline = round.first(where: { $0.part == .baseline }) else { continue }
      for sample in round where sample.part == .arm || sample.part == .twin {
        let arm = "\(sample.cell) \(sample.arm) \(sample.part)"
        let group = [sample.process, sample.layout, sample.block]
        logs[arm, default: [:]][group, default: []]
          .append(log(sample.nsPerOp) - log(baseline.nsPerOp))
      }
    }
    return logs.mapValues { groups in exp(median(groups.values.map(median))) }
  }
}

extension SampleRow {
  var nsPerOp: Double { Double(elapsedNS) / Double(iterations) }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// Equal but for rounding.
func isClose(_ some: Double, _ other: Double) -> Bool { abs(some / other - 1) < 1e-9 }
