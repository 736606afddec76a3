import Foundation
import Host
import MachineCode
import Processes
import Results
import SystemPackage
import Vmemmap

/// A run from its plan to its directory.
struct Session {
  let plan: Plan
  let left: [LeftOut]
  let options: SessionOptions
  /// What the person calls the run or its machine.
  var label: String?
  /// What was typed, for `meta.json`.
  let commandLine: [String]
  /// The cells to measure; the plan's by default.
  var cells: [PlannedCell]?
  /// Whether the loops' machine code is read, which takes a second.
  var readsCode = true
  /// Whether `latest` is to lead to it: not to what has no rows, or rows that were a run's before.
  var isLatest = true

  /// What a run has to show for itself.
  struct Outcome {
    let meta: Meta
    let rows: [SummaryRow]
    let layouts: [LayoutRow]
    let contention: [ContentionRow]
    let directory: RunDirectory
    /// One line on what the machine resolves, where the self-test was measured.
    let sensitivity: String?
    /// How many processes a verdict takes.
    let fewestProcesses: Int
    /// What stopped the run before it was finished.
    let stop: StopSignal?
  }

  /// Measures, and writes everything but the table.
  ///
  /// Whatever ends it once there is a directory, `meta.json` tells.
  func run() throws -> Outcome {
    var meta = Meta(
      started: .now, commandLine: commandLine, seed: plan.setup.seed, compiler: .thisBuild,
      machine: .current())
    (meta.commit, meta.dirty) = Repository.state()
    meta.label = label
    meta.falseDiscoveryControl =
      "Benjamini-Hochberg at 5 % over all arms of the run, twins left out; "
      + (plan.looks == 1
        ? "one look at each cell: there is time for no more"
        : "\(plan.looks) looks at unresolved cells at most, each with an equal part of the 5 %, of "
          + "intervals and of discoveries")
    meta.unmeasured =
      left.map { Meta.Unmeasured($0) }
      + Absence.all().map { Meta.Unmeasured($0) }
    meta.findings =
      Finding.ofThisBuild + Checkup(machine: meta.machine, conditions: .current()).findings
    let cells = cells ?? plan.cells
    let codegen = readsCode ? codegen(of: cells, &meta) : nil
    // Not before: until now there is nothing to keep, and no thread that could take them.
    let signals = StopSignals()
    let directory = try RunDirectory.create(
      in: FilePath(options.output), for: &meta, isLatest: isLatest)
    if let problem = directory.linkProblem {
      StandardError.write("no link: \(problem); the run is in \(directory.path.asTyped)\n")
    }
    meta.binary = .running(seenFrom: directory)
    var run: RunInProgress
    do {
      run = try RunInProgress(plan, meta, directory, signals, isQuiet: options.quiet)
    } catch {
      directory.close(meta, failedBy: error)
      throw error
    }
    do {
      if let codegen { try directory.writeCodegen(codegen) }
      try directory.write(meta)
      try directory.writePlan(plan.json())
      try directory.writeUnmeasured(meta.unmeasured)
      try run.measure(cells)
      return try run.conclude()
    } catch {
      run.fail(error)
      throw error
    }
  }

  /// The machine-code facts of the loops to be timed; nil, and why, where they can't be read.
  private func codegen(of cells: [PlannedCell], _ meta: inout Meta) -> [CodegenRow]? {
    do throws(MachineCodeError) {
      return try CodegenRow.rows(of: plan.loops(of: cells))
    } catch {
      meta.unmeasured.append(
        Meta.Unmeasured(what: "machine-code facts (codegen.csv)", why: error.description))
      return nil
    }
  }
}

extension Plan {
  /// As `plan.json` has it.
  func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try [UInt8](encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// The plan that a run was made by.
  ///
  /// - Throws: ``ResultsError`` where the run has none that this program can read.
  init(of run: Results.Run) throws(ResultsError) {
    let (path, json) = try run.plan()
    do {
      self = try JSONDecoder().decode(Plan.self, from: Data(json))
    } catch {
      throw .malformedMeta(path: path, detail: "not a plan that this program can carry out")
    }
    if let problem {
      throw .malformedMeta(path: path, detail: "no plan that can be carried out has \(problem)")
    }
  }
}
