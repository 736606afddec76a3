import Measurement
import Vmemmap

/// Measures the cells of an assignment once, in this process: fresh memory maps, and code and data
/// where address randomisation put them.
struct Worker {
  let assignment: Assignment
  /// Of the thread that made this, which is the one that measures.
  let counters = ThreadCounters()

  private var setup: Plan.Setup { assignment.setup }
  private var process: Int { assignment.process }

  /// - Parameter report: called once a group of maps and once a cell, in the assignment's order.
  /// - Throws: ``WrongAnswer``. What this machine can't do, or no longer, costs the cells that need it.
  func run(report: (WorkerMessage) throws -> Void) throws {
    let begin = MonotonicRawClock.now()
    var former = FormerMaps()
    var weightLeft = assignment.cells.reduce(0) { $0 + $1.cell.weight }
    for group in assignment.cells.chunked(on: \.cell.mapKey) {
      var rest = group[...]
      do {
        let maps = try maps(for: group, &former)
        // On the only node there is nothing to ask.
        let placement = maps.flatMap { setup.isNUMA ? $0.placement : 1 }
        if let maps, process == 0 { try report(.accounts(maps.memoryAccounts())) }
        var workloads = WorkloadCache()
        while let planned = rest.first {
          let spent = Double(MonotonicRawClock.now() - begin)
          let share =
            max(0, assignment.seconds * 1e9 - spent) * planned.cell.weight / weightLeft
          let cell = try measure(
            planned, maps, placement, &workloads,
            until: MonotonicRawClock.now() + UInt64(share))
          try report(.cell(cell))
          weightLeft -= planned.cell.weight
          rest.removeFirst()
        }
      } catch let error as VmemmapError {
        former = FormerMaps()
        // The maps may be in any state now, and cells that share them need the same of the machine.
        for planned in rest {
          try report(.unmeasured(planned, why: error.description))
          weightLeft -= planned.cell.weight
        }
      }
    }
  }

  /// The maps that cells share; nil where each makes its own.
  private func maps(
    for group: [PlannedCell], _ former: inout FormerMaps
  ) throws -> MapSet? {
    let key = group[0].cell.mapKey
    guard !key.changesHVO else { return nil }
    let taken = former.take(for: key)
    former.makeRoom(for: MachineLimits.memory(group), of: setup.availableMemory)
    let maps = try MapSet(
      key, formats: group.formats,
      folios: Folios(group[0].cell, seed: setup.seed, process: process),
      bindToNodes: setup.bindsToNodes,
      generator: SeededGenerator(seed: setup.seed).stream("maps").stream(
        UInt64(group[0].index), UInt64(process)), former: taken)
    let later = assignment.cells.drop { $0.index <= group[group.count - 1].index }
    if later.contains(where: { $0.cell.mapKey.hasSameMemory(as: key) }) { former.keep(maps) }
    return maps
  }

  private func measure(
    _ planned: PlannedCell, _ maps: MapSet?, _ placementBefore: Double?,
    _ workloads: inout WorkloadCache,
    until deadline: UInt64
  ) throws -> CellReport {
    let begin = MonotonicRawClock.now()
    let cell = planned.cell
    let contenders = cell.contenders
    for contender in contenders { contender.registerThread() }
    defer { for contender in contenders { contender.unregisterThread() } }
    let team = try ThreadTeam(cpus: planned.cpus) {
      for contender in contenders { contender.registerThread() }
      return { for contender in contenders { contender.unregisterThread() } }
    }
    defer { team.disband() }
    let generator = SeededGenerator(seed: setup.seed).stream("cell").stream(
      UInt64(planned.index), UInt64(process))
    let runner: any CellMeasuring =
      if let maps {
        CellRunner(
          planned, setup: setup, maps: maps,
          workload: workloads.workload(of: cell, seed: setup.seed, process: process),
          generator: generator, counters: counters, team: team, isFirst: process == 0)
      } else {
        try HVORunner(planned, setup: setup, generator: generator, counters: counters)
      }

    // One holder stands for all optimised folios, the measured ones and those elsewhere.
    let holdsKey = setup.patchesKey && cell.hvo.isKeyEnabled
    if holdsKey { try OptimizeVmemmapKey.increment() }
    let measured = Result { try runner.measure(until: deadline) }
    if holdsKey { try releaseKey() }
    let measurement = try measured.get()
    // Cells are told of what happened to their maps until they were measured, and meanwhile.
    let placements = [placementBefore, setup.isNUMA ? maps?.placement : nil]
    return CellReport(
      planned, mappings: runner.mappings, placement: placements.compactMap(\.self).min(),
      checksum: runner.checksum,
      seconds: Double(MonotonicRawClock.now() - begin) / 1e9,
      events: counters.events.events, measurement)
  }
}

extension Worker {
  /// - Throws: ``WrongAnswer`` where the key stays on: what is measured later would have another name.
  private func releaseKey() throws(WrongAnswer) {
    do throws(VmemmapError) {
      try OptimizeVmemmapKey.decrement()
    } catch {
      throw WrongAnswer(description: "the static key could not be turned off again: \(error)")
    }
  }
}

/// Maps of groups that were measured, whose memory later ones can have.
private struct FormerMaps {
  private var maps: [MapSet] = []

  mutating func keep(_ set: MapSet) { maps.append(set) }

  mutating func take(for key: MapKey) -> MapSet? {
    maps.firstIndex { $0.key.hasSameMemory(as: key) }.map { maps.remove(at: $0) }
  }

  /// Gives all back where there is no room for them and so many bytes more.
  mutating func makeRoom(for bytes: Int, of available: Int?) {
    guard let available, maps.reduce(bytes, { $0 + $1.bytes }) > available else { return }
    maps = []
  }
}

extension Sequence {
  /// Runs of neighbours with equal keys.
  func chunked<Key: Equatable>(on key: (Element) -> Key) -> [[Element]] {
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
