import ArgumentParser
import Foundation
import Host
import Measurement
import Vmemmap

/// What on this machine hurts measurement.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Tells what on this machine hurts measurement, and the commands that would mend it; "
      + "changes nothing.",
    discussion: "Watches other processes for half a second. Exit status: 0, whatever it finds.")

  /// How long others are watched.
  private static let watchSeconds = 0.5

  func run() {
    var checkup = Checkup(machine: .current(), conditions: .current())
    let caches = CacheSizes(of: checkup.machine) ?? .common
    checkup.demands = Preset.allCases.map { $0.demand(caches) }
    checkup.idleTime = watch()
    let findings =
      Finding.ofThisBuild + checkup.findings + Absence.all().map { Finding($0) }
    for finding in findings { print(finding.paragraph) }
    print(
      findings.isEmpty
        ? "nothing found that hurts measurement"
        : "\(findings.count) findings; nothing was changed, and the commands are for root")
  }

  private func watch() -> Checkup.Watch? {
    guard let before = CPUTime.current() else { return nil }
    let begin = MonotonicRawClock.now()
    Thread.sleep(forTimeInterval: DoctorCommand.watchSeconds)
    guard let after = CPUTime.current() else { return nil }
    return Checkup.Watch(
      seconds: Double(MonotonicRawClock.now() - begin) / 1e9, spent: after.since(before))
  }
}

extension Preset {
  /// What the preset's largest cells need.
  fileprivate func demand(_ caches: CacheSizes) -> Checkup.Demand {
    let choice = ArmChoice(
      encodings: encodings, baseline: baseline, patchesKey: OptimizeVmemmapKey.problem() == nil,
      includesControls: self == .full)
    let cells = axes.cells(on: [NodeChoice(cpu: 0, memory: 0)], cpus: [:], caches).map {
      PlannedCell(index: 0, cell: $0, arms: choice.arms(of: $0), cpus: [])
    }
    let groups = Dictionary(grouping: cells, by: \.cell.mapKey).values
    return Checkup.Demand(
      plan: "--preset \(rawValue)",
      mappings: groups.map { MachineLimits.mappings($0) }.max() ?? 0,
      bytes: groups.map { MachineLimits.memory($0) }.max() ?? 0)
  }
}

extension Finding {
  fileprivate var paragraph: String {
    "\(what)\n  \(why)\n" + (command.map { "  # \($0)\n" } ?? "")
  }
}
