import Results

extension PlannedCell {
  /// A row for each arm that `summary.csv` has one of, with what is known before it is measured.
  func rows(_ caches: CacheSizes) -> [SummaryRow] {
    arms.filter { $0.role == .baseline || $0.role == .arm }.map { SummaryRow(self, $0, caches) }
  }
}

extension SummaryRow {
  /// What is known before it is measured. The mapping is the one that is asked for.
  ///
  /// - Parameter arm: not the empty loop.
  init(_ planned: PlannedCell, _ arm: Arm, _ caches: CacheSizes) {
    let cell = planned.cell
    let contender = cell.contender(of: arm)
    self.init(
      planned: planned.index, operation: cell.operation.rawValue, mode: cell.mode.rawValue,
      arm: arm.name, role: contender.role, baseline: planned.baseline, order: cell.order,
      pageClass: cell.pageClass.rawValue, footprintBytes: cell.footprintBytes,
      threads: cell.threads)
    kernels = contender.kernels
    chain = cell.operation.loops.first { $0.mode == cell.mode }?.chain
    if !cell.operation.changesHVO { level = caches.level(of: cell, on: contender.format) }
    mix = Double(cell.mix)
    predictability = cell.predictability.rawValue
    pattern = cell.pattern.rawValue
    hugePages = cell.folios
    hvo = cell.hvo
    mapping = .uniform(cell.mapping)
    cpuNode = cell.cpuNode
    memoryNode = cell.memoryNode
    if cell.hvo == .on {
      templateNode = cell.templateNode ?? cell.memoryNode
      if cell.templates != .local { templates = cell.templates.rawValue }
    }
    peerNode = cell.peerNode
    readers = cell.readers
    population = cell.population?.description
  }
}
