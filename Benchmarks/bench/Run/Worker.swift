import Measurement
import Vmemmap

/// Measures every cell of a plan once, in this process: fresh memory maps, and code and data where
/// address randomisation put them.
struct Worker {
  let plan: Plan
  /// Which of the plan's processes this is.
  let process: Int

  /// - Parameter report: called once a group of maps and once a cell.
  func run(report: (WorkerMessage) throws -> Void) throws {
    let begin = MonotonicRawClock.now()
    let budget = plan.budget * 1e9 / Double(plan.processes)
    let cells = plan.cells.enumerated()
    let groups = Dictionary(grouping: cells) { $0.element.mapKey }
    // The plan's order of groups, so that progress reads like the plan.
    var seen: Set<MapKey> = []
    let keys = plan.cells.map(\.mapKey).filter { seen.insert($0).inserted }

    var left = plan.cells.count
    for key in keys {
      let group = groups[key]!
      let formats = formats(group.map(\.element))
      let maps = try MapSet(key, formats: formats, bindToNodes: plan.topology.isNUMA)
      var workloads = WorkloadCache()
      if !maps.accounts.isEmpty { try report(.accounts(maps.accounts)) }
      for (index, cell) in group {
        let spent = Double(MonotonicRawClock.now() - begin)
        let share = max(0, (budget - spent) / Double(left))
        let message = try measure(
          index, cell, maps, workloads.workload(of: cell, seed: plan.seed),
          until: MonotonicRawClock.now() + UInt64(share))
        left -= 1
        try report(.cell(message))
      }
    }
  }

  private func measure(
    _ index: Int, _ cell: Cell, _ maps: MapSet, _ workload: Workload, until deadline: UInt64
  ) throws -> CellReport {
    let runner = CellRunner(
      cell, plan: plan, maps: maps, workload: workload,
      generator: SeededGenerator(seed: plan.seed).stream("cell").stream(
        UInt64(index), UInt64(process)))

    let contenders = cell.contenders
    for contender in contenders { contender.registerThread() }
    defer { for contender in contenders { contender.unregisterThread() } }
    try plan.topology.pin(toNode: cell.cpuNode)

    let (iterations, samples) = try runner.measure(until: deadline)
    return CellReport(
      cell: index, mapping: maps.mappingSizes.count == 1 ? maps.mappingSizes.first : nil,
      iterations: iterations,
      checksum: UInt64(runner.stream.answer(window: workload.pfns.indices)),
      arms: runner.runs.map(\.arm), samples: samples)
  }

  /// The formats of all contenders of a group, each once.
  private func formats(_ cells: [Cell]) -> [any TailFormat.Type] {
    var seen: Set<String> = []
    return cells.flatMap { $0.contenders.map { $0.format } }.filter {
      seen.insert($0.name).inserted
    }
  }
}
