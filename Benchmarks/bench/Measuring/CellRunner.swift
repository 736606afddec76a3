import Measurement
import Results
import TimedLoops
import Vmemmap

/// Measures one cell in this process: verify, calibrate, then rounds of timed blocks.
struct CellRunner: CellMeasuring {
  /// A timed block is at least this long, so that the clock's step and cost do not matter, or else
  /// half of the workload: 18 us of the fastest operations.
  static let shortestBlock = 25_000.0  // ns
  /// The shortest window that is tried, of workloads long enough for it.
  static let smallestWindow = 1 << 10

  let cell: Cell
  let setup: Plan.Setup
  let generator: SeededGenerator
  let workload: Workload
  let loop: Loop
  let streams: Streams
  let emptyStream: Stream
  let maps: MapSet
  let runs: [ArmRun]
  let counters: ThreadCounters
  let team: ThreadTeam
  /// Whether no process has measured the cell yet.
  let isFirst: Bool

  /// An arm, and what it needs to run.
  struct ArmRun {
    let arm: Arm
    /// Of its map; the empty loop, which reads none, takes addresses from the baseline's.
    let place: Int
    /// One for each code layout.
    let loops: [TimedLoop]
  }

  init(
    _ planned: PlannedCell, setup: Plan.Setup, maps: MapSet, workload: Workload,
    generator: SeededGenerator,
    counters: ThreadCounters, team: ThreadTeam, isFirst: Bool
  ) {
    self.isFirst = isFirst
    self.team = team
    cell = planned.cell
    self.setup = setup
    self.generator = generator
    self.counters = counters
    self.workload = workload
    self.maps = maps
    let places = maps.places(for: planned.formats)
    let loop = cell.operation.loop(cell.mode)
    self.loop = loop
    streams = Streams(workload, cell, loop, Set(places.map(maps.shape)))
    emptyStream = Stream(workload, cell, loop.empty, maps.shape(places[0]))
    let layouts = setup.layouts
    runs = planned.arms.enumerated().map { index, arm in
      ArmRun(
        arm: arm, place: arm.role == .empty ? places[0] : places[index],
        loops: (0..<layouts).map {
          timedLoops[arm.symbol(planned.cell.operation, planned.cell.mode, layout: $0)]!
        })
    }
  }

  func measure(until deadline: UInt64) throws -> (iterations: Int, samples: [CellReport.Sample]) {
    // Later processes check the sums of their passes, as this one does.
    if isFirst { try verify() }
    let (window, roundCost) = try calibrate()
    let windows = (0..<workload.visits.count / window).map { $0 * window..<($0 + 1) * window }
    evenOutCaches()
    let groups = setup.layouts * setup.blocks(layouts: setup.layouts)
    let rounds = setup.roundsPerGroup(roundCost: roundCost, groups: groups, until: deadline)
    var orders = (0..<setup.layouts).map {
      BalancedOrder(arms: runs.count, generator: generator.stream("order").stream(UInt64($0)))
    }
    var windowGenerator = generator.stream("windows")
    var samples: [CellReport.Sample] = []
    samples.reserveCapacity(rounds * groups * runs.count)
    let roundsPerBlock = rounds * setup.layouts
    for round in 0..<rounds * groups {
      let layout = round % setup.layouts
      // Half of each block on either placement.
      if round % roundsPerBlock == roundsPerBlock / 2 {
        try maps.swapMemory()
        evenOutCaches()
      }
      let timed = windowGenerator.below(windows.count)
      // The window before it leaves caches and predictor as this arm's own walk does, not as the
      // arm before left them.
      let warm = (timed + windows.count - 1) % windows.count
      for (position, arm) in orders[layout].next().enumerated() {
        try pass(arm, layout, windows[warm])
        let (elapsed, counts) = try countedPass(arm, layout, windows[timed])
        samples.append(
          CellReport.Sample(
            arm: arm, layout: layout, block: round / roundsPerBlock, round: round,
            position: position, elapsed: elapsed, counts: counts))
      }
    }
    return (window, samples)
  }

  // MARK: Caches

  private func evenOutCaches() {
    maps.evenOutCaches(runs.filter { $0.arm.role != .empty }.map(\.place), workload)
  }

  // MARK: Checking

  /// Every arm and twin over the whole workload, eight visits at a time, against the oracle.
  func verify() throws(WrongAnswer) {
    let loop = cell.operation.verifyingLoop(cell.mode)
    let streams =
      loop.mode == cell.mode
      ? self.streams
      : Streams(workload, cell, loop, Set(runs.map { maps.shape($0.place) }))
    let writing = cell.operation.writing
    for run in runs where run.arm.role != .empty {
      let steps = streams[maps.shape(run.place)]
      writing?.undo(maps, run.place, workload)
      let timed = timedLoops[run.arm.symbol(cell.operation, loop.mode, layout: 0)]!
      let base = maps.base(run.place)
      if let (window, sum) = timed.firstWrongAnswer(steps, base: base) {
        throw wrong(run, ThreadTeam.Walk(stream: steps, window: window, base: base), sum: sum)
      }
      try settle(loop.references, workload.visits.indices, run, base: base)
      if let problem = writing?.problem(maps, run.place, workload) {
        throw WrongAnswer(description: "\(run.arm.name) in \(cell.summary): \(problem)")
      }
    }
  }

  /// Each thread's walk where the first one walks over a window: the others over those after it.
  private func walks(_ run: ArmRun, _ window: Range<Int>) -> [ThreadTeam.Walk] {
    let (stream, base, shape) = (stream(run), maps.base(run.place), maps.shape(run.place))
    return (0..<cell.threads).map { thread in
      let start = (window.lowerBound + thread * window.count) % workload.visits.count
      return ThreadTeam.Walk(
        stream: stream, window: start..<start + window.count,
        base: base + shape.page(thread * cell.pattern.pagesBetweenThreads))
    }
  }

  /// Runs an arm's loop over a window, on all threads, checks the sums, and gives references back.
  ///
  /// - Returns: how long the loops took in nanoseconds.
  @discardableResult
  private func pass(
    _ index: Int, _ layout: Int, _ window: Range<Int>
  ) throws(WrongAnswer) -> UInt64 {
    let run = runs[index]
    let walks = walks(run, window)
    let (sums, elapsed) = team.walk(run.loops[layout], walks)
    try settle(run, walks, sums)
    return elapsed
  }

  /// The same, with what was counted meanwhile. Counters are read outside the time, and the checks
  /// are outside both.
  private func countedPass(
    _ index: Int, _ layout: Int, _ window: Range<Int>
  ) throws(WrongAnswer) -> (elapsed: UInt64, counts: ThreadCounts) {
    let run = runs[index]
    let (loop, walks) = (run.loops[layout], walks(run, window))
    let (answer, counts) = counters.counting { team.walk(loop, walks) }
    try settle(run, walks, answer.sums)
    return (answer.elapsed, counts)
  }

  private func stream(_ run: ArmRun) -> Stream {
    run.arm.role == .empty ? emptyStream : streams[maps.shape(run.place)]
  }

  /// Checks a pass's sums, and gives references back.
  private func settle(
    _ run: ArmRun, _ walks: [ThreadTeam.Walk], _ sums: [UInt]
  ) throws(WrongAnswer) {
    for (walk, sum) in zip(walks, sums)
    where !walk.stream.accepts(sum, window: walk.window, base: walk.base) {
      throw wrong(run, walk, sum: sum)
    }
    guard run.arm.role != .empty else { return }
    for walk in walks { try settle(loop.references, walk.window, run, base: walk.base) }
  }

  /// Gives back what a pass took, and sees that references were conserved.
  private func settle(
    _ use: ReferenceUse, _ window: Range<Int>, _ run: ArmRun, base: UInt
  ) throws(WrongAnswer) {
    let references = References(
      workload: workload, order: cell.order, shape: maps.shape(run.place), base: base)
    if let problem = references.settle(use, window) {
      throw WrongAnswer(description: "\(run.arm.name) in \(cell.summary): \(problem)")
    }
  }

  private func wrong(_ run: ArmRun, _ walk: ThreadTeam.Walk, sum: UInt) -> WrongAnswer {
    let relative = sum &- UInt(walk.window.count) &* walk.base &* walk.stream.basesPerAnswer
    return WrongAnswer(
      description:
        "\(run.arm.name) (\(run.arm.role.rawValue)) in \(cell.summary): wrong answers for "
        + "visits \(walk.window): checksum \(Checksum(UInt64(relative))), expected "
        + "\(Checksum(UInt64(walk.stream.answer(window: walk.window))))")
  }

  // MARK: Calibrating

  /// The window that all arms share, and what a round over it costs in nanoseconds.
  private func calibrate() throws(WrongAnswer) -> (window: Int, roundCost: Double) {
    // Two windows, so that what is timed is as cold as in a round.
    let size = min(CellRunner.smallestWindow, workload.visits.count / 4)
    let warm = 0..<size
    let timed = size..<2 * size
    var fastest = Double.infinity
    let begin = MonotonicRawClock.now()
    for index in runs.indices {
      try pass(index, 0, warm)
      let perOperation = Double(try pass(index, 0, timed)) / Double(size)
      if runs[index].arm.role != .empty { fastest = min(fastest, perOperation) }
    }
    // The trial was two passes of each arm, as a round is, references given back included.
    let trialCost = Double(MonotonicRawClock.now() &- begin)
    var window = size
    while Double(window) * fastest < CellRunner.shortestBlock && window < workload.visits.count / 2
    {
      window *= 2
    }
    return (window, trialCost * Double(window / size))
  }
}

extension CellRunner {
  var arms: [Arm] { runs.map(\.arm) }

  var mappings: [MappingSize] { runs.map { maps.mappingSize($0.place) } }

  /// The oracle's sum over the whole workload, on maps of struct pages that are folios themselves,
  /// which the baseline's always are.
  var checksum: UInt64 {
    UInt64(stream(runs[0]).answer(window: workload.visits.indices))
  }
}
