import Measurement
import Vmemmap

/// Measures a cell whose operation optimises or restores folios.
///
/// What is timed are whole calls on batches of folios, not loops over struct pages: there is nothing
/// to place in memory as code layouts are, and no loop without the operation. Maps are drawn
/// anew for each block. The static key has a holder besides, as where other folios are optimised:
/// no call patches code.
struct HVORunner: CellMeasuring {
  let cell: Cell
  let setup: Plan.Setup
  let generator: SeededGenerator
  let counters: ThreadCounters
  let arms: [Arm]
  /// Of each arm.
  private let procedures: [HVOProcedure]
  private let pools: [FolioPool]

  init(
    _ planned: PlannedCell, setup: Plan.Setup, generator: SeededGenerator, counters: ThreadCounters
  ) throws(VmemmapError) {
    cell = planned.cell
    self.setup = setup
    self.generator = generator
    self.counters = counters
    arms = planned.arms
    procedures = arms.map { arm in HVOProcedure.all.first { $0.name == arm.name }! }
    var pools: [FolioPool] = []
    for procedure in procedures {
      pools.append(
        try FolioPool(
          cell, format: procedure.format, bindToNodes: setup.bindsToNodes,
          holdsStaticKey: setup.patchesKey))
    }
    self.pools = pools
  }

  var mappings: [MappingSize] { arms.map { _ in .base } }

  /// The sum of the offsets of all pages' heads.
  var checksum: UInt64 {
    cell.batches.joined().reduce(0) { $0 + UInt64($1 * Page.size << cell.order) }
  }

  func measure(until deadline: UInt64) throws -> CellMeasurement {
    let blocks = setup.blocks(layouts: 1)
    var memory = BalancedOrder(arms: arms.count, generator: generator.stream("memory"))
    var pools = try drawn(&memory)
    let begin = MonotonicRawClock.now()
    for arm in arms.indices { _ = try time(arm, pools[arm]) }
    let perBlock = setup.roundsPerGroup(
      roundCost: Double(MonotonicRawClock.now() - begin), groups: blocks, until: deadline)
    var order = BalancedOrder(arms: arms.count, generator: generator.stream("order"))
    var measurement = CellMeasurement(iterations: cell.batches.joined().count)
    for round in 0..<perBlock * blocks {
      if round > 0 && round % perBlock == 0 { pools = try drawn(&memory) }
      var timed = Rounds.Timed(cycle: CycleLength.now())
      for arm in order.next() {
        let (elapsed, counts) = try time(arm, pools[arm])
        timed.blocks.append(
          Rounds.Block(arm: arm, elapsed: elapsed, threads: [], counts: counts))
      }
      measurement.add(timed, layout: 0, block: round / perBlock, round: round)
    }
    return measurement
  }

  /// The maps of the arms, in the order of those: each is drawn as often as any other.
  private func drawn(_ memory: inout BalancedOrder) throws(VmemmapError) -> [FolioPool] {
    let drawn = memory.next().map { pools[$0] }
    for (pool, procedure) in zip(drawn, procedures) { try pool.prepare(procedure.format) }
    return drawn
  }

  /// A cycle to bring back what other arms drove out of the caches, then a timed one.
  private func time(
    _ arm: Int, _ pool: FolioPool
  ) throws -> (elapsed: UInt64, counts: ThreadCounts) {
    let procedure = procedures[arm]
    let isOptimizing = cell.operation.hvoChange == .optimize
    try pool.optimize(procedure)
    try pool.restore(procedure)
    if !isOptimizing { try pool.optimize(procedure) }
    let (elapsed, counts) = try counters.counting {
      let begin = MonotonicRawClock.now()
      try isOptimizing ? pool.optimize(procedure) : pool.restore(procedure)
      return MonotonicRawClock.now() - begin
    }
    if let problem = try pool.problem(afterwards: isOptimizing, procedure) {
      throw WrongAnswer(description: "\(arms[arm].name) in \(cell.summary): \(problem)")
    }
    if isOptimizing { try pool.restore(procedure) }
    return (elapsed, counts)
  }
}
