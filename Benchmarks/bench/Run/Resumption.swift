import Host
import MachineCode
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
    var differences = machine.differences(from: run.meta.machine).map(\.description)
    let (then, now) = (run.meta.machine.kernelRelease, machine.kernelRelease)
    if then != now {
      differences.append("Linux \(then ?? "unknown") then, \(now ?? "unknown") now")
    }
    guard differences.isEmpty else { throw ResumeError.otherMachine(differences) }
    guard let buildID = run.meta.binary?.buildID, buildID == BuildID.read("/proc/self/exe") else {
      throw ResumeError.otherProgram(commit: run.meta.commit ?? "unknown")
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
    let findings = Checkup(machine: .current(), conditions: .current()).findings
    meta.findings += findings.filter { !run.meta.findings.contains($0) }
    let directory = try RunDirectory.open(run.path)
    var going = try RunInProgress(
      resuming: plan, meta, directory, signals, isQuiet: isQuiet)
    do {
      try directory.write(meta)
      try going.takeUp()
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
  case foreignJournal
  case otherMachine([String])
  case otherProgram(commit: String)

  var description: String {
    let why =
      switch self {
      case .isComplete: "it is complete; 'bench report' prints it"
      case .isRunning: "it is still running"
      case .noJournal:
        "it has no journal, in which a run keeps what it was told until it is complete"
      case .foreignJournal: "its journal is not one that this program wrote"
      case .otherMachine(let differences):
        "the machine is another: \(differences.joined(separator: "; "))"
      case .otherProgram(let commit):
        "another program measured it, by its build id; it was built of commit \(commit): build that "
          + "again, or begin a new run"
      }
    return "the run can't go on: \(why)"
  }
}
