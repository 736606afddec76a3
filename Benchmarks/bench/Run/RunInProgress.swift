import Glibc
import Host
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
  /// Of each look that has begun, the cells that it is at.
  private var looks: [Int: [Int]] = [:]
  /// What was in the journal of a run that goes on, until it is taken up.
  private var found: [(entry: Journal.Entry, place: Journal.Place)] = []
  private let counters = RunCounters()
  /// Whether nothing is said meanwhile.
  private let isQuiet: Bool
  /// Nil once one came: the next one ends this process at once.
  private var signals: StopSignals?
  /// The signal that stopped the run.
  private var stop: StopSignal?
  /// When `summary.csv` is brought up to date next, on ``MonotonicRawClock``.
  private var nextSummary = MonotonicRawClock.now() + summaryInterval

  /// How often it is at most while measuring, in nanoseconds.
  private static let summaryInterval: UInt64 = 10_000_000_000

  init(
    _ plan: Plan, _ meta: Meta, _ directory: RunDirectory, _ signals: consuming StopSignals,
    isQuiet: Bool
  ) throws {
    self.signals = signals
    self.isQuiet = isQuiet
    self.plan = plan
    self.meta = meta
    self.directory = directory
    results = RunResults(plan, try Journal(in: directory))
  }

  /// Opens a run that was cut short, and its journal, which keeps others out.
  ///
  /// - Throws: `ResumeError`.
  init(
    resuming plan: Plan, _ meta: Meta, _ directory: RunDirectory, _ signals: consuming StopSignals,
    isQuiet: Bool
  ) throws {
    var found: [(Journal.Entry, Journal.Place)] = []
    let journal = try Journal(of: directory) { entry, place throws(ResumeError) in
      guard entry.isOf(plan) else { throw .foreignJournal }
      found.append((entry, place))
    }
    self.signals = signals
    self.isQuiet = isQuiet
    self.plan = plan
    self.meta = meta
    self.directory = directory
    self.found = found
    results = RunResults(plan, journal)
  }

  /// Takes up what the journal of a run that was cut short has.
  ///
  /// What could not be measured then is tried again, with all that earlier processes told of it.
  /// - Throws: `FailedRun` where there was a wrong answer.
  mutating func takeUp() throws {
    // The file may end in the middle of a report that is not in the journal, or lack one that is.
    try directory.removeSamples()
    for (entry, place) in found {
      if case .told(.unmeasured(let planned, let why), _) = entry {
        let item = Meta.Unmeasured(what: planned.cell.summary, why: why)
        meta.unmeasured.removeAll { $0 == item }
      } else {
        try note(entry, at: place)
      }
    }
    found = []
  }
}

// MARK: - Measuring

extension RunInProgress {
  /// Looks at cells, and again at those that are unresolved. A run that goes on has its own cells.
  mutating func measure(_ cells: [PlannedCell]) throws {
    let before = meta.counters ?? [:]
    defer { meta.counters = counters.soFar.merging(before, uniquingKeysWith: +) }
    var cells = try chosen(forLook: 0) { _, _ in cells }
    let begin = MonotonicRawClock.now()
    for look in 0..<plan.looks where !cells.isEmpty && stop == nil {
      let isLast = look == plan.looks - 1
      // Earlier looks at a run that goes on had their time before.
      let spent =
        look == 0
        ? 0
        : max(
          Double(MonotonicRawClock.now() - begin) / 1e9,
          results.measuringTime(before: look * plan.setup.processes))
      let seconds = (isLast ? plan.budget : plan.budget * Plan.firstLookShare) - spent
      // No more than the rest, and no more for a cell than would be of use.
      let share =
        min(seconds, Double(cells.count) * plan.budget / 4) / Double(plan.setup.processes)
      guard look == 0 || share > 0 else { break }
      let processes = (0..<plan.setup.processes).map { look * plan.setup.processes + $0 }
      var progress = Progress(
        total: processes.reduce(0) { $0 + results.lacking(cells, process: $1).count },
        isQuiet: isQuiet)
      defer { progress.finish() }
      for process in processes where stop == nil {
        try measure(cells, process: process, seconds: share, &progress)
      }
      guard !isLast, stop == nil else { continue }
      cells = try chosen(forLook: look + 1) { try $0.unresolvedCells($1) }
    }
    if stop != nil && !isQuiet {
      StandardError.write(
        "interrupted: the cells that were finished are kept, with fewer processes\n")
    }
  }

  /// The cells of a look: those that it was at before the run was cut short, or else what is chosen now.
  private mutating func chosen(
    forLook look: Int, _ choose: (inout RunResults, Meta) throws -> [PlannedCell]
  ) throws -> [PlannedCell] {
    if let numbers = looks[look] { return numbers.map { plan.cells[$0] } }
    let cells = try choose(&results, meta)
    looks[look] = cells.map(\.index)
    _ = try results.journal.append(.look(look, cells: cells.map(\.index)))
    return cells
  }

  /// Measures cells once, but for those that a process of this number has told of before the run was cut
  /// short: in one process, and in another one those that it was killed before.
  private mutating func measure(
    _ cells: [PlannedCell], process: Int, seconds: Double, _ progress: inout Progress
  ) throws {
    let possible = cells.filter { results.isMeasurable($0) }
    let cells = results.lacking(cells, process: process)
    guard !cells.isEmpty else { return }
    let weight = cells.reduce(0) { $0 + $1.cell.weight }
    let seconds = seconds * weight / possible.reduce(0) { $0 + $1.cell.weight }
    var waiting = cells[...]
    while let next = waiting.first, stop == nil {
      let share = seconds * waiting.reduce(0) { $0 + $1.cell.weight } / weight
      let ending = try measure(&waiting, process: process, seconds: share, &progress)
      switch ending {
      case nil: return
      case .exit(0)? where waiting.isEmpty: return
      case .signal(SIGXCPU, _)?:
        stop = .cpuTime
      case .signal(let number, _)? where number == SIGKILL || isShortOfMemory(number):
        // Not the whole run: what ends for lack of memory is one group of maps.
        let group = waiting.prefix { $0.cell.mapKey == (waiting.first ?? next).cell.mapKey }
        for planned in group {
          let why = """
            measuring process \(process) was ended \
            (\(number == SIGKILL ? "SIGKILL" : "signal \(number)")), as \(causes(ofEnd: number)); take \
            fewer with --footprint
            """
          try keep(.unmeasured(planned, why: why), process: process)
          progress.step(planned.cell.summary)
        }
        waiting.removeFirst(group.count)
      case let ending?:
        throw FailedRun(
          description: """
            measuring process \(process) ended (\(ending)) with \(waiting.count) of \(cells.count) \
            cells not told of; 'bench doctor' tells whether memory or limits are short
            """)
      }
    }
  }

  /// Whether the signal may be how Swift ends a process that gets no memory for itself: only where a limit
  /// of this process keeps it from having more.
  private func isShortOfMemory(_ signal: Int32) -> Bool {
    let limits = ResourceLimits.current()
    return [SIGILL, SIGTRAP, SIGABRT].contains(signal)
      && (limits.addressSpace != nil || limits.data != nil)
  }

  private func causes(ofEnd signal: Int32) -> String {
    if signal != SIGKILL { return "Swift does where 'ulimit -v' or 'ulimit -d' leave it no memory" }
    return "the kernel does where memory runs out"
      + (ResourceLimits.current().cpuTime == nil ? "" : ", or the CPU time of 'ulimit -t'")
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
      case .message(.refused(let why)):
        throw FailedRun(description: why)
      case .message(let message):
        if let planned = message.planned {
          try take(planned, from: &waiting, process: process)
        }
        try keep(message, process: process)
        if let planned = message.planned { progress.step(planned.cell.summary) }
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

  private mutating func keep(_ message: WorkerMessage, process: Int) throws {
    let entry = Journal.Entry.told(message, process: process)
    try note(entry, at: try results.journal.append(entry))
  }

  /// Takes in what the journal has, from now or from before the run was cut short.
  ///
  /// - Throws: `FailedRun` after a wrong answer.
  private mutating func note(_ entry: Journal.Entry, at place: Journal.Place) throws {
    switch entry {
    case .look(let look, let cells):
      looks[look] = cells
    case .told(.failure(let why), _):
      throw FailedRun(description: why)
    case .told(.refused, _): break
    case .told(.accounts(let accounts), _):
      for saving in accounts.map(\.saving) where meta.savings?.contains(saving) != true {
        meta.savings = (meta.savings ?? []) + [saving]
      }
    case .told(.unmeasured(let planned, let why), _):
      // From now on, with all that was measured of it.
      results.remove(planned)
      let item = Meta.Unmeasured(what: planned.cell.summary, why: why)
      if !meta.unmeasured.contains(item) { meta.unmeasured.append(item) }
    case .told(.cell(let report), let process):
      let rounds = try report.rounds(try results.journal.rounds(at: place))
      results.add(report, process: process, samples: rounds.samples.count, at: place)
      try directory.appendSamples(report.sampleRows(rounds, process: process))
    }
  }

  private mutating func updateSummary() throws {
    let begin = MonotonicRawClock.now()
    guard begin > nextSummary else { return }
    try directory.writeSummary(try results.summary(meta).rows)
    let end = MonotonicRawClock.now()
    // Of many cells it takes seconds, and may have a twentieth of the time.
    nextSummary = end + max(RunInProgress.summaryInterval, 19 * (end - begin))
  }
}

// MARK: - Ends

extension RunInProgress {
  /// Writes what came of the run.
  mutating func conclude() throws -> Session.Outcome {
    signals?.holdFirst()
    meta.status = stop == nil ? .complete : .interrupted
    meta.statusReason = stop?.description
    meta.finished = .now
    let summary = try results.summary(meta)
    let rows = summary.rows
    let wanted = (looks[0] ?? []).map { plan.cells[$0] }
    let isOfSelfTestOnly = wanted.allSatisfy { $0.cell.operation == .selfTest }
    if stop == nil && rows.isEmpty && (!isOfSelfTestOnly || results.isEmpty),
      let item = meta.unmeasured.last
    {
      throw FailedRun(description: "no cell could be measured; \(item.what): \(item.why)")
    }
    meta.noiseFloor = summary.noiseFloor
    let selfTest = results.cells[plan.cells.count - 1]
    let rounds = try selfTest.rounds(results.journal)
    meta.sensitivity = try selfTest.sensitivity(rounds, plan.rule)
    try directory.writeUnmeasured(meta.unmeasured)
    try directory.writeSummary(rows)
    try directory.writeLayouts(summary.layouts)
    let contention = try results.contention()
    if !contention.isEmpty { try directory.writeContention(contention) }
    meta.rows = Meta.Rows(summary: rows.count, samples: results.samples)
    try directory.describeTables()
    try directory.write(meta)
    if stop == nil { results.journal.remove() }
    return Session.Outcome(
      meta: meta, rows: rows, layouts: summary.layouts, contention: contention,
      directory: directory,
      sensitivity: meta.sensitivity?.summary(
        nanosecondsPerOperation: selfTest.baselineTime(rounds) ?? .nan,
        seconds: selfTest.measuringTime, processes: selfTest.reports.count,
        fewest: plan.rule.fewestProcesses),
      fewestProcesses: plan.rule.fewestProcesses, stop: stop)
  }

  /// Writes that the run failed, and why.
  func fail(_ error: any Error) {
    results.journal.close()
    directory.close(meta, failedBy: error)
  }
}
