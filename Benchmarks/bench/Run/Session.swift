import Foundation
import Host
import MachineCode
import Results
import SystemPackage
import Vmemmap

/// A run from its plan to its directory: starts the measuring processes one after the other, keeps
/// what they tell, and makes rows, files and a table of it.
struct Session {
  let plan: Plan
  let left: [LeftOut]
  let output: FilePath
  /// The `bench run` arguments that lead to the plan, for the measuring processes.
  let arguments: [String]
  /// The cells to measure; the plan's by default.
  var cells: [Int]?

  /// How often `summary.csv` is brought up to date while measuring, in seconds.
  private static let summaryInterval = 10.0

  /// What a run has to show for itself.
  struct Outcome {
    let meta: Meta
    let rows: [SummaryRow]
    let directory: RunDirectory
    /// One line on what the machine resolves, where the self-test was measured.
    let sensitivity: String?
  }

  /// Measures, and writes everything but the table.
  func run() throws -> Outcome {
    var meta = Meta(
      started: .now, commandLine: ["bench", "run"] + arguments, seed: plan.seed,
      compiler: .thisBuild, machine: .current())
    (meta.commit, meta.dirty) = Repository.state()
    meta.falseDiscoveryControl =
      "Benjamini-Hochberg at 5 % over all arms of the run, twins left out; "
      + (plan.looks == 1
        ? "one look at each cell: there is time for no more"
        : "\(plan.looks) looks at unresolved cells at most, each with an equal part of the 5 %, of "
          + "intervals and of discoveries")
    meta.unmeasured =
      left.map { Meta.Unmeasured(what: $0.what, why: $0.why) }
      + Absence.all().map { Meta.Unmeasured($0) }
    meta.findings = Checkup(machine: meta.machine, conditions: .current()).findings
    let codegen = codegen(&meta)
    let directory = try RunDirectory.create(in: output, for: &meta)
    if let codegen { try directory.writeCodegen(codegen) }
    try directory.writeUnmeasured(meta.unmeasured)

    var results = RunResults(plan)
    let interruption = Interruption()
    do {
      try measure(&results, &meta, directory, interruption)
    } catch {
      meta.status = .failed
      meta.statusReason = "\(error)"
      meta.finished = .now
      // Rows beside a wrong answer would look like results. What went wrong first is what to tell,
      // even if this does not fit on the disk either.
      try? directory.writeSummary([])
      try? directory.write(meta)
      throw error
    }
    let (rows, noiseFloor) = try results.summary(meta)
    meta.status = interruption.isRequested ? .interrupted : .complete
    meta.finished = .now
    meta.noiseFloor = noiseFloor
    let selfTest = results.cells[plan.cells.count - 1]
    meta.sensitivity = try selfTest.sensitivity(plan.rule)
    try directory.writeSummary(rows)
    meta.rows = Meta.Rows(summary: rows.count, samples: results.samples)
    try directory.describeTables()
    try directory.write(meta)
    return Outcome(
      meta: meta, rows: rows, directory: directory,
      sensitivity: meta.sensitivity?.summary(
        nanosecondsPerOperation: try selfTest.baselineTime(plan.rule),
        seconds: selfTest.measuringTime))
  }

  /// The machine-code facts of the loops to be timed; nil, and why, where they can't be read.
  private func codegen(_ meta: inout Meta) -> [CodegenRow]? {
    do throws(MachineCodeError) {
      return try CodegenRow.rows(of: plan.loops(ofCells: cells ?? Array(plan.cells.indices)))
    } catch {
      meta.unmeasured.append(
        Meta.Unmeasured(what: "machine-code facts (codegen.csv)", why: error.description))
      return nil
    }
  }

  /// Looks at all cells, and again at those that are unresolved.
  private func measure(
    _ results: inout RunResults, _ meta: inout Meta, _ directory: RunDirectory,
    _ interruption: Interruption
  ) throws {
    let counters = RunCounters()
    defer { meta.counters = counters.soFar }
    var cells = cells ?? Array(plan.cells.indices)
    let begin = Date()
    for look in 0..<plan.looks where !cells.isEmpty && !interruption.isRequested {
      let isLast = look == plan.looks - 1
      let seconds =
        (isLast ? plan.budget : plan.budget * Plan.firstLookShare)
        - Date().timeIntervalSince(begin)
      // No more than the rest, and no more for a cell than would be of use.
      let share = min(seconds, Double(cells.count) * plan.budget / 4) / Double(plan.processes)
      guard look == 0 || share > 0 else { break }
      var progress = Progress(total: cells.count * plan.processes)
      defer { progress.finish() }
      for number in 0..<plan.processes where !interruption.isRequested {
        try measure(
          cells, process: look * plan.processes + number, seconds: share, &results, &meta,
          directory, interruption, &progress)
      }
      cells = try results.unresolvedCells(meta)
    }
  }

  private func measure(
    _ cells: [Int], process: Int, seconds: Double, _ results: inout RunResults, _ meta: inout Meta,
    _ directory: RunDirectory, _ interruption: Interruption, _ progress: inout Progress
  ) throws {
    // The seed is named, so that a fresh one is the same in every process.
    let worker = try MeasuringProcess(
      arguments: ["run"] + arguments + ["--seed", "\(plan.seed)"]
        + WorkOptions.arguments(process: process, cells: cells, seconds: seconds))
    interruption.onRequest { worker.stop() }
    var lastSummary = Date()
    let ending = try worker.messages { message in
      switch message {
      case .failure(let why):
        throw FailedRun(description: why)
      case .accounts(let accounts):
        meta.savings = (meta.savings ?? []) + accounts.map(\.saving)
      case .cell(let report):
        results.add(report, process: process)
        try directory.appendSamples(report.sampleRows(process: process))
        progress.step(plan.cells[report.cell].summary)
        if Date().timeIntervalSince(lastSummary) > Session.summaryInterval {
          try directory.writeSummary(try results.summary(meta).rows)
          lastSummary = Date()
        }
      }
    }
    if ending != .finished && !interruption.isRequested {
      throw FailedRun(description: "measuring process \(process) ended: \(ending)")
    }
  }
}

extension Session.Outcome {
  /// Prints the table and what must be known to read it.
  func print(_ format: SummaryTable.Format, allArms: Bool) {
    let arms = allArms ? SummaryTable.Arms.all : .new
    Swift.print(SummaryTable(rows, arms: arms).render(format), terminator: "")
    if meta.status == .interrupted {
      // Not among results that a program may read.
      let notice = "interrupted: the cells that were finished are kept, with fewer processes\n"
      FileHandle.standardError.write(Data(notice.utf8))
    }
    guard format == .table else { return }
    Swift.print()
    for line in PublishedFigures.lines(beside: rows) { Swift.print(line) }
    for line in HVOProcedure.caveats(of: rows) { Swift.print(line) }
    if let floor = meta.noiseFloor {
      Swift.print(
        """
        noise floor: A/A twins differ by \(percent(floor.median)) in the median and \
        \(percent(floor.percentile95)) at the 95th percentile of \(floor.twins) cells; \
        \(percent(floor.falsePositiveShare)) of their intervals exclude 1
        """)
    }
    let unplaced = rows.count { $0.ratio != nil && $0.verdict == nil }
    if unplaced > 0 {
      Swift.print(
        """
        \(unplaced) rows have no verdict: their memory was not all on its node (placement below 1), or \
        automatic NUMA balancing moves it; --accept-placement gives them one
        """)
    }
    if let sensitivity { Swift.print("self-test: \(sensitivity)") }
    if let control = meta.falseDiscoveryControl { Swift.print("verdicts: \(control)") }
    if !meta.findings.isEmpty {
      Swift.print(
        "what hurts measurement here: \(meta.findings.map(\.what).joined(separator: "; ")); "
          + "'bench doctor' says why, and what would mend it")
    }
    for item in meta.unmeasured { Swift.print("not measured: \(item.what): \(item.why)") }
    for saving in Meta.Saving.best(of: meta.savings ?? []) { Swift.print(saving.summary) }
    Swift.print("\(directory.path)/summary.csv, seed \(meta.seed)")
  }
}

extension Meta.Saving {
  /// For each order and layout the one of most folios, which share what there is one of.
  fileprivate static func best(of savings: [Meta.Saving]) -> [Meta.Saving] {
    Dictionary(grouping: savings) { [$0.layout, "\($0.order)"] }.values
      .compactMap { $0.max { ($0.bytesMeasured ?? 0) < ($1.bytesMeasured ?? 0) } }
      .sorted { ($0.order, $0.layout) < ($1.order, $1.layout) }
  }

  fileprivate var summary: String {
    let measured = bytesMeasured.map { "\($0 >> 10) KiB" } ?? "not measured"
    let pages = vmemmapPages * (folios ?? 1)
    let proof =
      frames.map { "\(pages) vmemmap pages on \($0) frames by pagemap" }
      ?? "frames not seen: /proc/self/pagemap shows them to root only"
    return """
      HVO, order \(order), \(layout) layout: \(measured) saved per folio by st_blocks, shared \
      templates paid for; \(bytesByFormula >> 10) KiB by the formula without them; \(proof)
      """
  }
}
