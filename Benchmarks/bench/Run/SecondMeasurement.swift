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
  /// And at most: more processes tell more than longer ones.
  private static let mostSeconds = 1.0
  /// What a run takes to begin and to end.
  private static let startSeconds = 0.4
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
  /// - Throws: ``FailedRun`` where a program can't be run, fails, or leaves nothing that can be read;
  ///   ``Stopped`` where this process was asked to end. What was judged before stays.
  func confirm(_ comparison: inout Comparison) throws {
    var places = comparison.suspects.indices.filter { comparison.suspects[$0].accepted == nil }
    guard !places.isEmpty else { return }
    let signals = StopSignals()
    let many = ConfirmingRuns.pairs
    var left = budget
    if pairs(of: places, in: comparison, within: left) < many.upperBound {
      left /= 2
      places = affordable(places, in: &comparison, pairs: ConfirmingRuns.siftingPairs, within: left)
      let runs = try measure(
        places, of: comparison, pairs: ConfirmingRuns.siftingPairs, within: left,
        "sifting suspects", signals)
      places = try comparison.sift(places, baseline: runs.baseline, current: runs.current)
    }
    places = affordable(places, in: &comparison, pairs: many.lowerBound, within: left)
    guard !places.isEmpty else { return }
    let pairs = pairs(of: places, in: comparison, within: left)
    let runs = try measure(
      places, of: comparison, pairs: min(max(pairs, many.lowerBound), many.upperBound),
      within: left, "measuring suspects again", signals)
    try comparison.confirm(places, baseline: runs.baseline, current: runs.current)
  }

  /// How many runs of each program there is time for.
  private func pairs(of places: [Int], in comparison: Comparison, within seconds: Double) -> Int {
    let cells = Set(places.map { comparison.suspects[$0].current.cell }).count
    return Int(seconds / 2 / (Self.startSeconds + Double(cells) * Self.leastSeconds))
  }

  /// The first of the suspects, as many as so many runs can be made of; one at least.
  private func affordable(
    _ places: [Int], in comparison: inout Comparison, pairs: Int, within seconds: Double
  ) -> [Int] {
    var count = places.count
    while count > 1,
      self.pairs(of: Array(places.prefix(count)), in: comparison, within: seconds) < pairs
    {
      count -= 1
    }
    if count < places.count {
      comparison.whyUnconfirmed = "there was no time for more; give it with --confirm-budget"
    }
    return Array(places.prefix(count))
  }

  /// Runs of one process by both programs in turn, in an order drawn by lot.
  private func measure(
    _ places: [Int], of comparison: Comparison, pairs: Int, within seconds: Double,
    _ what: String, _ signals: StopSignals
  ) throws -> (baseline: [Results.Run], current: [Results.Run]) {
    let suspects = places.map { comparison.suspects[$0] }
    let cells = (
      baseline: Set(suspects.map(\.baseline.cell)).sorted(),
      current: Set(suspects.map(\.current.cell)).sorted()
    )
    let count = Double(cells.current.count)
    let share = seconds / Double(2 * pairs) - Self.startSeconds
    let budget = min(max(share, Self.leastSeconds * count), Self.mostSeconds * count)
    var random = SystemRandomNumberGenerator()
    var progress = Progress(total: 2 * pairs, isQuiet: quiet)
    defer { progress.finish() }
    var runs: (baseline: [Results.Run], current: [Results.Run]) = ([], [])
    for _ in 0..<pairs {
      let seed = UInt64.random(in: 1...UInt64(UInt32.max), using: &random)
      let baselineFirst = Bool.random(using: &random)
      for isBaseline in [baselineFirst, !baselineFirst] {
        let run = try measure(
          isBaseline ? cells.baseline : cells.current, by: isBaseline ? baseline : current,
          seed: seed, seconds: budget, in: output.appending(isBaseline ? "baseline" : "current"),
          signals)
        if isBaseline { runs.baseline.append(run) } else { runs.current.append(run) }
        progress.step("\(what), \(isBaseline ? "baseline" : "current") program")
      }
    }
    return runs
  }

  /// - Throws: ``FailedRun``, ``Stopped``.
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
        "--quiet",
      ])
    do {
      try finish(command, until: .now + .seconds(2 * seconds) + Self.patience, signals)
      let run = try Results.Run.load(output.appending("latest"))
      guard run.meta.seed == seed else {
        throw FailedRun(description: "\(output)/latest does not lead to what '\(command)' left")
      }
      return run
    } catch let error where error is ProcessError || error is ResultsError {
      throw FailedRun(description: "\(error)")
    }
  }

  /// Runs a command to its end.
  private func finish(
    _ command: Command, until deadline: Deadline, _ signals: StopSignals
  ) throws {
    // What it says of a failure is for whoever reads ours.
    var child = try ChildProcess(command, output: .null, errors: .inherited)
    while true {
      var nothing: [UInt8] = []
      switch try child.next(into: &nothing, until: deadline, or: signals) {
      case .ended(.exit(status: 0)): return
      case .ended(let ending): throw FailedRun(description: "'\(command)' ended (\(ending))")
      case .stop(let signal):
        // A terminal has told the child, too, which keeps what it finished unless it is told twice.
        if (try? child.wait(until: .now + .seconds(2))) == nil {
          child.kill(SIGTERM)
          _ = try? child.wait(until: .now + .seconds(5))
        }
        throw Stopped(signal: signal)
      case .timeout: throw FailedRun(description: "'\(command)' takes too long")
      case .output, .endOfOutput: continue
      }
    }
  }

  /// A wish to end.
  struct Stopped: Error { let signal: StopSignal }
}
