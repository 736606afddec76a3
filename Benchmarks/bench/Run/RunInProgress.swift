import Glibc
import Measurement
import Processes
import Results
import SystemPackage

/// A run while it measures: starts the measuring processes one after the other, keeps what they tell,
/// and makes rows and files of it.
struct RunInProgress {
  private let plan: Plan
  private let directory: RunDirectory
  private var meta: Meta
  private var results: RunResults
  private let counters = RunCounters()
  /// Nil once one came: the next one ends this process at once.
  private var signals: StopSignals?
  /// The signal that stopped the run.
  private var stop: StopSignal?
  /// When `summary.csv` was brought up to date last, on ``MonotonicRawClock``.
  private var lastSummary = MonotonicRawClock.now()

  /// How often it is while measuring, in nanoseconds.
  private static let summaryInterval: UInt64 = 10_000_000_000

  init(
    _ plan: Plan, _ meta: Meta, _ directory: RunDirectory, _ signals: consuming StopSignals
  ) {
    self.signals = signals
    self.plan = plan
    self.meta = meta
    self.directory = directory
    results = RunResults(plan)
  }
}

// MARK: - Measuring

extension RunInProgress {
  /// Looks at cells, and again at those that are unresolved.
  mutating func measure(_ cells: [PlannedCell]) throws {
    defer { meta.counters = counters.soFar }
    var cells = cells
    let begin = MonotonicRawClock.now()
    for look in 0..<plan.looks where !cells.isEmpty && stop == nil {
      let isLast = look == plan.looks - 1
      let seconds =
        (isLast ? plan.budget : plan.budget * Plan.firstLookShare)
        - Double(MonotonicRawClock.now() - begin) / 1e9
      // No more than the rest, and no more for a cell than would be of use.
      let share =
        min(seconds, Double(cells.count) * plan.budget / 4) / Double(plan.setup.processes)
      guard look == 0 || share > 0 else { break }
      var progress = Progress(total: cells.count * plan.setup.processes)
      defer { progress.finish() }
      for number in 0..<plan.setup.processes where stop == nil {
        try measure(
          cells.filter { results.isMeasurable($0) }.map { results.settled($0) },
          process: look * plan.setup.processes + number, seconds: share, &progress)
      }
      cells = try results.unresolvedCells(meta)
    }
  }

  /// Measures cells once: in one process, and in another one those that it was killed before.
  private mutating func measure(
    _ cells: [PlannedCell], process: Int, seconds: Double, _ progress: inout Progress
  ) throws {
    let weight = cells.reduce(0) { $0 + $1.cell.weight }
    var waiting = cells[...]
    while let next = waiting.first, stop == nil {
      let share = seconds * waiting.reduce(0) { $0 + $1.cell.weight } / weight
      let ending = try measure(&waiting, process: process, seconds: share, &progress)
      switch ending {
      case nil: return
      case .exit(0)? where waiting.isEmpty: return
      case .signal(SIGKILL, _)?:
        // Not the whole run: what the kernel kills for lack of memory is one group of maps.
        let group = waiting.prefix { $0.cell.mapKey == (waiting.first ?? next).cell.mapKey }
        for planned in group {
          leaveOut(
            planned,
            why: """
              measuring process \(process) was killed (SIGKILL), as the kernel does where memory runs \
              out; take fewer with --footprint
              """, &progress)
        }
        waiting.removeFirst(group.count)
      case let ending?:
        throw FailedRun(
          description: """
            measuring process \(process) ended (\(ending)) with \(waiting.count) of \(cells.count) \
            cells not told of
            """)
      }
    }
  }

  /// - Returns: how the process ended; nil where the run was stopped.
  private mutating func measure(
    _ waiting: inout ArraySlice<PlannedCell>, process: Int, seconds: Double,
    _ progress: inout Progress
  ) throws -> Ending? {
    var worker = try MeasuringProcess(
      Assignment(
        process: process, parent: getpid(), seconds: seconds, setup: plan.setup,
        cells: Array(waiting)),
      of: meta.runID)
    while let awaited = signals {
      switch try worker.next(or: awaited) {
      case .message(.failure(let why)):
        throw FailedRun(description: why)
      case .message(.accounts(let accounts)):
        meta.savings = (meta.savings ?? []) + accounts.map(\.saving)
      case .message(.unmeasured(let planned, let why)):
        try take(planned, from: &waiting, process: process)
        leaveOut(planned, why: why, &progress)
      case .message(.cell(let report)):
        try take(report.planned, from: &waiting, process: process)
        results.add(report, process: process)
        try directory.appendSamples(report.sampleRows(process: process))
        progress.step(report.planned.cell.summary)
        try updateSummary()
      case .ended(let ending):
        return ending
      case .stop(let signal):
        stop = signal
        signals = nil
        return nil
      }
    }
    return nil
  }

  /// Sees that a process tells of the cell that is next, and of no other.
  private func take(
    _ told: PlannedCell, from waiting: inout ArraySlice<PlannedCell>, process: Int
  ) throws(FailedRun) {
    guard told == waiting.first else {
      throw FailedRun(
        description: """
          measuring process \(process) told of cell \(told.index) (\(told.cell.summary)) instead of \
          \(waiting.first.map { "cell \($0.index) (\($0.cell.summary))" } ?? "none")
          """)
    }
    waiting.removeFirst()
  }

  /// Leaves a cell out from now on, with all that was measured of it.
  private mutating func leaveOut(
    _ planned: PlannedCell, why: String, _ progress: inout Progress
  ) {
    results.remove(planned)
    meta.unmeasured.append(Meta.Unmeasured(what: planned.cell.summary, why: why))
    progress.step(planned.cell.summary)
  }

  private mutating func updateSummary() throws {
    guard MonotonicRawClock.now() - lastSummary > RunInProgress.summaryInterval else { return }
    try directory.writeSummary(try results.summary(meta).rows)
    lastSummary = MonotonicRawClock.now()
  }
}

// MARK: - Ends

extension RunInProgress {
  /// Writes what came of the run.
  mutating func conclude() throws -> Session.Outcome {
    meta.status = stop == nil ? .complete : .interrupted
    meta.statusReason = stop?.description
    meta.finished = .now
    let summary = try results.summary(meta)
    let rows = summary.rows
    if stop == nil && rows.isEmpty && results.isEmpty, let item = meta.unmeasured.last {
      throw FailedRun(description: "no cell could be measured; \(item.what): \(item.why)")
    }
    meta.noiseFloor = summary.noiseFloor
    let selfTest = results.cells[plan.cells.count - 1]
    meta.sensitivity = try selfTest.sensitivity(plan.rule)
    try directory.writeUnmeasured(meta.unmeasured)
    try directory.writeSummary(rows)
    try directory.writeLayouts(summary.layouts)
    let contention = try results.contention()
    if !contention.isEmpty { try directory.writeContention(contention) }
    meta.rows = Meta.Rows(summary: rows.count, samples: results.samples)
    try directory.describeTables()
    try directory.write(meta)
    return Session.Outcome(
      meta: meta, rows: rows, layouts: summary.layouts, contention: contention,
      directory: directory,
      sensitivity: meta.sensitivity?.summary(
        nanosecondsPerOperation: selfTest.baselineTime ?? .nan,
        seconds: selfTest.measuringTime),
      fewestProcesses: plan.rule.fewestProcesses, stop: stop)
  }

  /// Writes that the run failed, and why.
  mutating func fail(_ error: any Error) {
    meta.status = .failed
    meta.statusReason = "\(error)"
    meta.finished = .now
    // Rows beside a wrong answer would look like results. What went wrong first is what to tell,
    // even if this does not fit on the disk either.
    try? directory.writeSummary([])
    try? directory.write(meta)
  }
}
