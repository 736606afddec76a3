import Measurement
import Vmemmap

/// Measures cells of a plan once, in this process: fresh memory maps, and code and data where address
/// randomisation put them.
struct Worker {
  let plan: Plan
  /// Which of the plan's processes this is.
  let process: Int
  /// Indices of the cells to measure.
  let cells: [Int]
  let seconds: Double
  /// Of the thread that made this, which is the one that measures.
  let counters = ThreadCounters()

  /// - Parameter report: called once a group of maps and once a cell.
  func run(report: (WorkerMessage) throws -> Void) throws {
    let begin = MonotonicRawClock.now()
    var weightLeft = cells.reduce(0) { $0 + plan.cells[$1].weight }
    // Cells that share maps stand together in a plan.
    for group in cells.chunked(on: { plan.cells[$0].mapKey }) {
      let maps = try maps(for: group)
      let placement = maps?.placement
      if let maps, process == 0 { try report(.accounts(maps.memoryAccounts())) }
      var workloads = WorkloadCache()
      for index in group {
        let cell = plan.cells[index]
        let spent = Double(MonotonicRawClock.now() - begin)
        let share = max(0, seconds * 1e9 - spent) * cell.weight / weightLeft
        weightLeft -= cell.weight
        let message = try measure(
          index, cell, maps, placement, &workloads,
          until: MonotonicRawClock.now() + UInt64(share))
        try report(.cell(message))
      }
    }
  }

  /// The maps that cells share; nil where each makes its own.
  private func maps(for group: [Int]) throws -> MapSet? {
    let key = plan.cells[group[0]].mapKey
    guard !key.changesHVO else { return nil }
    return try MapSet(
      key, formats: plan.choice.formats(of: group.map { plan.cells[$0] }),
      bindToNodes: plan.bindsToNodes,
      generator: SeededGenerator(seed: plan.seed).stream("maps").stream(
        UInt64(group[0]), UInt64(process)))
  }

  private func measure(
    _ index: Int, _ cell: Cell, _ maps: MapSet?, _ placementBefore: Double?,
    _ workloads: inout WorkloadCache,
    until deadline: UInt64
  ) throws -> CellReport {
    let begin = MonotonicRawClock.now()
    let contenders = cell.contenders
    for contender in contenders { contender.registerThread() }
    defer { for contender in contenders { contender.unregisterThread() } }
    let team = try ThreadTeam(cpus: cell.cpus(on: plan.cpus)) {
      for contender in contenders { contender.registerThread() }
      return { for contender in contenders { contender.unregisterThread() } }
    }
    defer { team.disband() }
    let generator = SeededGenerator(seed: plan.seed).stream("cell").stream(
      UInt64(index), UInt64(process))
    let runner: any CellMeasuring =
      if let maps {
        CellRunner(
          cell, plan: plan, maps: maps,
          workload: workloads.workload(of: cell, seed: plan.seed, process: process),
          generator: generator, counters: counters, team: team, isFirst: process == 0)
      } else {
        try HVORunner(cell, plan: plan, generator: generator, counters: counters)
      }

    // One holder stands for all optimised folios, the measured ones and those elsewhere.
    let holdsKey = plan.choice.patchesKey && cell.hvo.isKeyEnabled
    if holdsKey { try OptimizeVmemmapKey.increment() }
    let (iterations, samples) = try runner.measure(until: deadline)
    if holdsKey { try OptimizeVmemmapKey.decrement() }
    // Cells are told of what happened to their maps until they were measured, and meanwhile.
    let placements = [placementBefore, plan.topology.isNUMA ? maps?.placement : nil]
    return CellReport(
      cell: index, mappings: runner.mappings, placement: placements.compactMap(\.self).min(),
      iterations: iterations, checksum: runner.checksum,
      seconds: Double(MonotonicRawClock.now() - begin) / 1e9, arms: runner.arms,
      events: counters.events.events, samples: samples)
  }
}

extension Sequence {
  /// Runs of neighbours with equal keys.
  fileprivate func chunked<Key: Equatable>(on key: (Element) -> Key) -> [[Element]] {
    var chunks: [[Element]] = []
    for element in self {
      if let last = chunks.last?.last, key(last) == key(element) {
        chunks[chunks.count - 1].append(element)
      } else {
        chunks.append([element])
      }
    }
    return chunks
  }
}
