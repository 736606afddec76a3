import Host
import Processes
import Results
import SystemPackage

/// A run that was cut short, and goes on where it stopped: the same plan, seeds and cells, and what was
/// measured is kept.
struct Resumption {
  private let run: Results.Run
  private let plan: Plan

  /// - Throws: ``ResumeError`` where the run is complete, or another program or machine measured it.
  init(of path: FilePath) throws {
    run = try Results.Run.load(path)
    guard run.meta.status != .complete else { throw ResumeError.isComplete }
    let machine = Machine.current()
    let differences = machine.differences(from: run.meta.machine)
    guard differences.isEmpty else {
      throw ResumeError.otherMachine(differences.map(\.description))
    }
    let commit = Repository.state().commit
    guard commit == run.meta.commit, run.meta.compiler == .thisBuild else {
      throw ResumeError.otherProgram(
        then: run.meta.commit ?? "unknown", now: commit ?? "unknown")
    }
    plan = try Plan(of: run)
  }

  /// Measures what is missing, and writes everything but the table.
  ///
  /// - Parameter isQuiet: whether to say nothing meanwhile.
  func finish(isQuiet: Bool) throws -> Session.Outcome {
    // First, as in a session.
    let signals = StopSignals()
    var meta = run.meta
    meta.status = .running
    meta.statusReason = nil
    meta.finished = nil
    meta.rows = nil
    meta.resumed = (meta.resumed ?? []) + [.now]
    let directory = try RunDirectory.open(run.path)
    var going = try RunInProgress(
      resuming: plan, meta, directory, signals, isQuiet: isQuiet)
    do {
      try directory.write(meta)
      try going.measure(plan.cells)
      return try going.conclude()
    } catch {
      going.fail(error)
      throw error
    }
  }
}

/// Why a run can't go on where it stopped.
enum ResumeError: Error, CustomStringConvertible {
  case isComplete
  case isRunning
  case noJournal
  case otherMachine([String])
  case otherProgram(then: String, now: String)

  var description: String {
    let why =
      switch self {
      case .isComplete: "it is complete; 'bench report' prints it"
      case .isRunning: "it is still running"
      case .noJournal:
        "it has no journal, in which a run keeps what it was told until it is complete"
      case .otherMachine(let differences):
        "the machine is another: \(differences.joined(separator: "; "))"
      case .otherProgram(let then, let now):
        "another program measured it, of commit \(then) and not \(now), or of another compiler; check "
          + "that one out and build it, or begin a new run"
      }
    return "the run can't go on: \(why)"
  }
}
