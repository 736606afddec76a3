import Foundation
import Host
import Measurement
import Processes
import Results
import SystemPackage

/// Suspects of a comparison measured again, by both programs in turn.
struct SecondMeasurement {
  let baseline: Program
  let current: Program
  /// Where run directories are made.
  let output: FilePath
  /// Seconds for all of it, as far as so many cells can be measured in it.
  let budget: Double
  /// Whether to say nothing of how far it is.
  let quiet: Bool

  /// A program that measured a run, and is still there.
  struct Program {
    let file: FilePath
    let run: Results.Run

    init(of run: Results.Run) throws(BinaryGone) {
      guard let binary = run.meta.binary else {
        throw BinaryGone(why: "\(run.path) does not say which program measured it")
      }
      file = try binary.file(of: run)
      self.run = run
    }
  }

  /// What a cell takes of a process at least, in seconds: memory, a check of its answers, some rounds.
  private static let leastSeconds = 0.15
  /// Beside the time that it is given.
  private static let patience = Duration.seconds(600)

  /// - Throws: ``BinaryGone``, if a program or the machine is not what it was.
  init(
    _ baseline: Results.Run, _ current: Results.Run, output: FilePath, budget: Double,
    quiet: Bool
  ) throws(BinaryGone) {
    let others = Machine.current().differences(from: current.meta.machine)
    guard others.isEmpty else {
      throw BinaryGone(
        why: "this is another machine: \(others.map(\.field).joined(separator: ", "))")
    }
    self.baseline = try Program(of: baseline)
    self.current = try Program(of: current)
    self.output = output.appending("second").appending(current.meta.runID)
    self.budget = budget
    self.quiet = quiet
  }

  /// Measures as many suspects as there is time for, the surest first, and has the comparison judge
  /// them.
  ///
  /// - Throws: ``FailedRun`` where a program fails; the status of a stop that was asked for.
  func confirm(_ comparison: inout Comparison) throws {
    let runs = 2 * Double(ConfirmingRuns.pairs)
    let most = max(1, Int(budget / runs / Self.leastSeconds))
    var distinct: Set<Int> = []
    let measured = comparison.suspects.indices.prefix {
      distinct.insert(comparison.suspects[$0].current.cell)
      return distinct.count <= most
    }
    guard !measured.isEmpty else { return }
    let suspects = comparison.suspects[measured]
    if suspects.count < comparison.suspects.count {
      comparison.whyUnconfirmed =
        "there was time for \(suspects.count) suspects only; give more with --confirm-budget"
    }
    let cells = (
      old: Set(suspects.map(\.baseline.cell)).sorted(),
      new: Set(suspects.map(\.current.cell)).sorted()
    )
    let seconds = max(budget / runs, Self.leastSeconds)
    let share = min(seconds, Double(cells.new.count) * 1)
    let signals = StopSignals()
    var random = SystemRandomNumberGenerator()
    var progress = Progress(total: Int(runs), isQuiet: quiet)
    defer { progress.finish() }
    var results: (old: [Results.Run], new: [Results.Run]) = ([], [])
    for _ in 0..<ConfirmingRuns.pairs {
      let seed = UInt64.random(in: 1...UInt64(UInt32.max), using: &random)
      let baselineFirst = Bool.random(using: &random)
      for isBaseline in [baselineFirst, !baselineFirst] {
        let program = isBaseline ? baseline : current
        let run = try measure(
          isBaseline ? cells.old : cells.new, by: program, seed: seed, seconds: share,
          in: output.appending(isBaseline ? "baseline" : "current"), signals)
        if isBaseline { results.old.append(run) } else { results.new.append(run) }
        progress.step("measuring suspects again, \(isBaseline ? "baseline" : "current") program")
      }
    }
    comparison.confirm(
      measured.startIndex..<measured.endIndex, baseline: results.old, current: results.new)
  }

  private func measure(
    _ cells: [Int], by program: Program, seed: UInt64, seconds: Double, in output: FilePath,
    _ signals: StopSignals
  ) throws -> Results.Run {
    let command = Command(
      program.file,
      [
        "replay", Command.Argument(path: program.run.path), "--cells",
        "\(cells.map(String.init).joined(separator: ","))", "--seed", "\(seed)",
        "--processes", "1", "--budget", "\(seconds)", "--output", Command.Argument(path: output),
      ])
    var child = try ChildProcess(command, output: .null, errors: .null)
    let deadline = Deadline.now + .seconds(2 * seconds) + Self.patience
    while true {
      var nothing: [UInt8] = []
      switch try child.next(into: &nothing, until: deadline, or: signals) {
      case .ended(.exit(status: 0)):
        let run = try Results.Run.load(output.appending("latest"))
        guard run.meta.seed == seed else {
          throw FailedRun(description: "\(output)/latest does not lead to what '\(command)' left")
        }
        return run
      case .ended(let ending):
        throw FailedRun(
          description: "suspects could not be measured again: '\(command)' ended (\(ending))")
      case .stop(let signal):
        // It is told too, and keeps what it finished.
        child.kill(SIGTERM)
        _ = try child.wait(until: .now + .seconds(5))
        throw Stopped(signal: signal)
      case .timeout:
        throw FailedRun(
          description: "suspects could not be measured again: '\(command)' takes too long")
      case .output, .endOfOutput: continue
      }
    }
  }

  /// A wish to end.
  struct Stopped: Error { let signal: StopSignal }
}
