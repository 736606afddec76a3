import Foundation
import Measurement
import Results
import TimedLoops

extension CellResult {
  /// What a run made of the slow-downs planted in its self-test; nil before it was measured.
  ///
  /// The size of a planted addition is measured with the largest delay; the smaller ones are known
  /// fractions of it.
  func sensitivity(_ rounds: [Round], _ rule: VerdictRule) throws -> Meta.Sensitivity? {
    guard !reports.isEmpty else { return nil }
    let estimates = try estimates(rounds, rule: rule)
    guard let twin = estimates.first(where: { $0.arm.role == .twin })?.paired else { return nil }
    let planted = estimates.compactMap { estimate in
      estimate.arm.role == .arm ? estimate.paired.map { (estimate.arm, $0) } : nil
    }
    let verdicts = rule.verdicts(for: planted.map { ($0.1, twin.interval) })
    guard let largest = plantedAdditions.last,
      let whole = planted.first(where: { $0.0.name == "planted_\(largest)" })?.1.ratio
    else { return nil }
    let steps = zip(plantedAdditions.dropFirst(), zip(planted, verdicts)).map { additions, found in
      Meta.Sensitivity.Step(
        planted: (whole - 1) * Double(additions) / Double(largest),
        measured: found.0.1.ratio - 1, resolved: (try? found.1.get()).map { $0 == .slower })
    }
    return Meta.Sensitivity(steps: steps)
  }
}

extension Meta.Sensitivity {
  /// One line: what the machine resolves now, or that too few processes say nothing of it.
  func summary(
    nanosecondsPerOperation: Double, seconds: Double, processes: Int, fewest: Int
  ) -> String {
    guard isJudged else {
      return "\(NoVerdict.tooFewProcesses(found: processes, needed: fewest))"
    }
    let operation = String(
      format: "a %.1f ns operation in %.1f s", nanosecondsPerOperation, seconds)
    guard let smallestResolved else {
      let largest = steps.map(\.planted).max() ?? 0
      return "this machine, now, does not even resolve \(percent(largest)) of \(operation)"
    }
    return "this machine, now, resolves \(percent(smallestResolved)) of \(operation)"
  }
}

/// A share for people: `1.50 %`.
func percent(_ share: Double) -> String {
  String(format: "%.2f %%", share * 100)
}
