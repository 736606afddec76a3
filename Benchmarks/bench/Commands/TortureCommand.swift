import ArgumentParser
import CTorture
import Foundation
import Measurement
import Results
import SystemPackage
import Text
import Vmemmap

/// The race of speculative walkers against HVO, and whether references are conserved.
struct TortureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "torture",
    abstract:
      "Lets page_ref_add_unless() race against HVO in its old and new forms, with and without RCU.",
    discussion: """
      Walkers hold struct pages of folios that are freed, optimised, used, restored and split. What \
      each form can fault on is known from the kernel's argument for it. Nothing is timed. Exit \
      status: 0 all is as that argument predicts; 2 it is not, or a count is wrong.
      """)

  @Option(help: "Seconds for what is left to luck; what is not takes a few seconds more.")
  var seconds = 3.0

  @Option(help: "Threads that walk, 2 to 256; as many as there are CPUs by default.")
  var threads = min(256, max(2, ProcessInfo.processInfo.activeProcessorCount))

  @Option(
    help: """
      The forms to put to the test, by their names in the tables, with semicolons between them: \
      'D;F, guarded'. By default all, and then those that are timed on shared heads.
      """, completion: .list(TortureArm.all.map(\.name)))
  var form: String?

  @Option(help: "The seed of all random choices; a fresh one by default.")
  var seed: UInt64?

  func validate() throws {
    guard seconds > 0, seconds <= 86400 else {
      throw ValidationError("--seconds \(seconds) is out of range: more than 0, up to 86400")
    }
    guard (2...256).contains(threads) else {
      throw ValidationError("--threads \(threads) is out of range: 2 to 256")
    }
  }

  /// - Throws: `ValidationError` where a form is not one of those that this build has.
  private func arms() throws -> [TortureArm] {
    let all = TortureArm.all
    guard let form else { return all }
    let names = form.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
    for name in names where !all.contains(where: { $0.name == name }) {
      throw ValidationError(
        "--form '\(name)' is none of: \(all.map { "'\($0.name)'" }.joined(separator: ", "))")
    }
    return all.filter { names.contains($0.name) }
  }

  func run() throws {
    try requireOptimisedBuild("which has too many instructions to stop walkers after each")
    guard ctorture_watch() == 0 else {
      throw VmemmapError.system(attempt: "catch SIGSEGV and SIGTRAP", errno: Errno(rawValue: errno))
    }
    let seed = seed ?? UInt64.random(in: 1...UInt64(UInt32.max))
    let arms = try arms()
    let sharedForms = form == nil ? pageRefForms : []
    let share = form == nil ? seconds / 2 : seconds
    let report = try TortureReport(
      stepped: arms.map {
        TortureReport.Entry(arm: $0, outcome: try SteppedWalks(arm: $0).run())
      },
      setBack: form == nil
        ? SetBackWalks.all.map { TortureReport.Walks(walks: $0, outcome: try $0.run()) } : [],
      free: arms.map { arm in
        let walks = FreeWalks(
          arm: arm, threads: threads, seconds: share / Double(arms.count),
          generator: SeededGenerator(seed: seed).stream(arm.name))
        return TortureReport.Entry(arm: arm, outcome: try walks.run())
      },
      shared: sharedForms.map { form in
        try SharedHeads(
          form: form, threads: threads, seconds: share / Double(sharedForms.count)
        ).run()
      })
    print(report.text + "\n")
    for absence in Absence.liburcu {
      print("not available: forms B and C with grace periods, " + Meta.Unmeasured(absence).why)
    }
    print("\(threads) threads, seed \(seed)")
    let surprises = report.surprises
    guard surprises.isEmpty else {
      throw FailedRun(
        description: "not as the kernel's argument predicts: " + surprises.joined(separator: "; "))
    }
    print("verdict: as the kernel's argument predicts")
  }
}
