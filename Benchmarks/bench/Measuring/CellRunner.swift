import Measurement
import Results
import TimedLoops
import Vmemmap

/// Measures one cell in this process: verify, settle the length of blocks, warm up, then rounds of
/// timed blocks.
struct CellRunner: CellMeasuring {
  let planned: PlannedCell
  let setup: Plan.Setup
  let generator: SeededGenerator
  let workload: Workload
  let loop: Loop
  let streams: Streams
  let emptyStream: Stream
  let maps: MapSet
  let runs: [ArmRun]
  /// What threads do that only read, one for each code layout.
  let readerLoops: [TimedLoop]
  let counters: ThreadCounters
  let team: ThreadTeam
  /// Whether no process has measured the cell yet.
  let isFirst: Bool

  var cell: Cell { planned.cell }
  /// Whether an arm is measured beyond the caches.
  private var isCold: Bool { runs.contains(where: \.warmth.isCold) }

  /// An arm, and what it needs to run.
  struct ArmRun {
    let arm: Arm
    /// Of its map; the empty loop, which reads none, takes addresses from the baseline's.
    let place: Int
    /// One for each code layout.
    let loops: [TimedLoop]
    let warmth: Warmth
  }

  init(
    _ planned: PlannedCell, setup: Plan.Setup, maps: MapSet, workload: Workload,
    generator: SeededGenerator,
    counters: ThreadCounters, team: ThreadTeam, isFirst: Bool
  ) {
    let cell = planned.cell
    self.isFirst = isFirst
    self.team = team
    self.planned = planned
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
    readerLoops = (0..<setup.layouts).map {
      timedLoops["page_ref_count__throughput__page_ref_count__arm__\($0)"]!
    }
    runs = planned.arms.enumerated().map { index, arm in
      let place = arm.role == .empty ? places[0] : places[index]
      return ArmRun(
        arm: arm, place: place,
        loops: (0..<setup.layouts).map {
          timedLoops[arm.symbol(cell.operation, cell.mode, layout: $0)]!
        },
        warmth: arm.role == .empty
          ? .hot : Warmth(of: cell, on: maps.format(place), setup.caches))
    }
  }

  func measure(until deadline: UInt64) throws -> CellMeasurement {
    lendReferences()
    // Later processes check the sums of their passes, as this one does.
    if isFirst { try verify() }
    var windows = Windows(
      visits: workload.visits.count, length: try planned.iterations ?? settledLength(),
      areVisitedOnce: isCold, generator.stream("windows"))
    // Of their own: there are more or fewer of them, and the orders of kept rounds follow from the seed.
    var unkept = Rounds(self, orders: generator.stream("warm-up"))
    let roundCost = try warmUp(&unkept, &windows)
    var rounds = Rounds(self, orders: generator.stream("order"))
    let blocks = setup.blocks(layouts: setup.layouts)
    let perGroup = setup.roundsPerGroup(
      roundCost: roundCost, groups: setup.layouts * blocks, until: deadline)
    let perBlock = perGroup * setup.layouts
    var measurement = CellMeasurement(iterations: windows.length)
    measurement.samples.reserveCapacity(perBlock * blocks * runs.count)
    for round in 0..<perBlock * blocks {
      // Half of each block on either placement; beyond the caches there is none to speak of, and
      // writing all maps takes longer than measuring.
      if round % perBlock == perBlock / 2 && !isCold {
        lendReferences(-ReferenceUse.lent)
        try maps.swapMemory()
        lendReferences()
        // What is new in the caches is no drift: each layout gets used to it.
        for layout in 0..<setup.layouts { _ = try unkept.time(layout, &windows) }
      }
      let layout = round % setup.layouts
      let timed = try rounds.time(layout, &windows)
      measurement.add(timed, layout: layout, block: round / perBlock, round: round)
    }
    lendReferences(-ReferenceUse.lent)
    if cell.threads > 1 { measurement.failedSwaps = runs.map { failedSwaps($0) } }
    return measurement
  }

  // MARK: Before rounds are kept

  /// The shortest window that is tried, of workloads long enough for it.
  private static let fewestVisits = 1 << 7
  /// How often each arm must pass a block that is long enough: to have seen each of them warm.
  private static let passesOfEachArm = 3

  /// How many operations make a block that is long enough for every arm.
  private func settledLength() throws(WrongAnswer) -> Int {
    let visits = workload.visits.count
    let timed = runs.indices.filter { runs[$0].arm.role != .empty }
    var length = BlockLength(
      fewest: min(CellRunner.fewestVisits, visits / 4), most: visits / 2,
      passes: CellRunner.passesOfEachArm * timed.count)
    // Windows in turn, each prepared for as in a round.
    var start = 0
    while !length.isSettled {
      for arm in timed where !length.isSettled {
        start = (start + length.iterations) % visits / length.iterations * length.iterations
        let window = start..<start + length.iterations
        try prepare(arm, 0, window)
        length.add(elapsed: try pass(arm, 0, window))
      }
    }
    return length.iterations
  }

  /// The most rounds of warm-up, in windows of which each layout has two.
  private static let mostWarmUpWindows = 4

  /// Rounds that are not kept, until all arms are level.
  ///
  /// - Returns: what a round costs then, in nanoseconds.
  private func warmUp(
    _ rounds: inout Rounds, _ windows: inout Windows
  ) throws -> Double {
    let window = setup.layouts * max(1, 4 / setup.layouts)
    var warmUp = WarmUp(
      arms: runs.count, window: window, tolerance: 0.02,
      limit: CellRunner.mostWarmUpWindows * window)
    var begin = MonotonicRawClock.now()
    while !warmUp.isOver {
      if warmUp.rounds % window == 0 { begin = MonotonicRawClock.now() }
      let timed = try rounds.time(warmUp.rounds % setup.layouts, &windows)
      warmUp.add(timed.blocks.sorted { $0.arm < $1.arm }.map { Double($0.elapsed) })
    }
    return Double(MonotonicRawClock.now() - begin) / Double(window)
  }
}

extension CellRunner {
  var arms: [Arm] { runs.map(\.arm) }

  var mappings: [MappingSize] { runs.map { maps.mappingSize($0.place) } }

  /// The oracle's sum over the whole workload, on a map as the baseline has it.
  var checksum: UInt64 {
    UInt64(stream(runs[0]).answer(window: workload.visits.indices))
  }
}
