import CVmemmap
import TimedLoops
import Vmemmap

/// What the caches hold of an arm's struct pages when it is timed: what they would hold if it ran
/// alone, whatever other arms are measured beside it.
enum Warmth: Equatable {
  /// All of them are in the first or second level: so many pages before the timed ones are read again.
  case warm(pages: Int)
  /// As `warm`, but what is timed is in the last level alone, but for what was just read.
  case farther(pages: Int)
  /// Nothing: they are far more than the caches hold. What is timed was flushed, and is visited once.
  /// But heads among many more tails may be so few that the last level keeps them.
  case cold(keepsHeads: Bool)

  var isCold: Bool {
    if case .cold = self { true } else { false }
  }

  /// Of what fits into the first level.
  static let hot = Warmth.warm(pages: 0)

  init(of cell: Cell, on format: any TailFormat.Type, _ caches: CacheSizes) {
    let lines = cell.lines(on: format)
    // Visits that look at all pages of optimised folios see many pages on one line.
    func pages(on count: Int) -> Int {
      cell.looksAtAllPages ? count * (cell.folios << cell.order) / lines : count
    }
    switch caches.level(of: cell, on: format) {
    case .l1d, .l2:
      // Random visits leave one line in seven out where there are twice as many of them as lines.
      self = .warm(pages: pages(on: 2 * lines))
    case .l3, nil: self = .farther(pages: pages(on: caches.l2.bytes / cacheLine))
    case .beyond:
      self = .cold(keepsHeads: cell.headBytes(on: format) <= caches.last / 2)
    }
  }
}

extension CellRunner {
  /// Leaves caches and predictors as the arm's own walk up to a window would.
  func prepare(_ index: Int, _ layout: Int, _ window: Range<Int>) throws(WrongAnswer) {
    let run = runs[index]
    switch run.warmth {
    case .cold(let keepsHeads):
      if keepsHeads { touchHeads(run, window) }
    case .farther(let count):
      touch(run, window)
      touch(run, visits(of: count, before: window))
    case .warm(let count):
      touch(run, visits(of: count, before: window))
    }
    try pass(index, layout, visits(window.count, before: window))
  }

  /// Drives what visits read out of the caches, of cold arms. Costs some 10 ns for each line.
  ///
  /// A few visits at a time, of each window a whole number of them, for all arms in turn: a flush brings
  /// the translation of an address into the caches, and the arm that was flushed last would find the most
  /// of them there.
  func flushColdArms(_ windows: [Range<Int>]) {
    // Looked up once: a flush takes less time than finding an arm's map.
    let cold = runs.compactMap { run -> (accesses: Accesses, keepsHeads: Bool)? in
      guard case .cold(let keepsHeads) = run.warmth else { return nil }
      return (accesses(run), keepsHeads)
    }
    for window in windows {
      for part in stride(from: window.lowerBound, to: window.upperBound, by: unrolling) {
        for turn in cold.indices {
          let arm = cold[(part / unrolling + turn) % cold.count]
          for visit in workload.visits[part..<part + unrolling] {
            arm.accesses.forEach(of: visit) { address, isHead in
              if !(isHead && arm.keepsHeads) { cvm_flush_cache_line(address) }
            }
          }
        }
      }
    }
  }

  /// The visits up to a window that look at so many pages.
  private func visits(of pages: Int, before window: Range<Int>) -> Range<Int> {
    let looksAtAll =
      if case .heads = loop.answer { true } else { cell.operation.writing != nil }
    return visits(pages / (looksAtAll ? cell.operation.visits.pages(cell) : 1), before: window)
  }

  /// So many visits up to a window; elsewhere where there are not so many before it.
  private func visits(_ wanted: Int, before window: Range<Int>) -> Range<Int> {
    let all = workload.visits.count
    let count = min((wanted + unrolling - 1) / unrolling * unrolling, all)
    let end = window.lowerBound >= count ? window.lowerBound : all
    return end - count..<end
  }

  /// Reads what visits will read.
  private func touch(_ run: ArmRun, _ window: Range<Int>) {
    let accesses = accesses(run)
    for visit in workload.visits[window] {
      accesses.forEach(of: visit) { address, _ in _ = Page(address: address).flags }
    }
  }

  /// Reads the heads that visits will read.
  private func touchHeads(_ run: ArmRun, _ window: Range<Int>) {
    let accesses = accesses(run)
    for visit in workload.visits[window] {
      accesses.forEach(of: visit) { address, isHead in
        if isHead { _ = Page(address: address).flags }
      }
    }
  }

  private func accesses(_ run: ArmRun) -> Accesses {
    Accesses(
      base: maps.base(run.place), shape: maps.shape(run.place), folios: workload.folios, loop: loop,
      looksAtAllPages: cell.looksAtAllPages,
      tellsFakeHeads: run.arm.role != .empty && cell.tellsFakeHeads(cell.contender(of: run.arm)),
      hasFakeHeads: cell.hvo == .on)
  }
}

/// What the visits of a loop read or write on one map.
private struct Accesses {
  let base: UInt
  let shape: MapShape
  let folios: Folios
  let loop: Loop
  let looksAtAllPages: Bool
  let tellsFakeHeads: Bool
  let hasFakeHeads: Bool

  /// - Parameter body: gets the addresses of struct pages and folios, and whether they are of heads.
  @inline(__always)
  func forEach(of visit: Visit, _ body: (UInt, _ isHead: Bool) -> Void) {
    if looksAtAllPages {
      for pfn in visit.pages { body(base + shape.page(pfn), folios.head(of: pfn) == pfn) }
      return
    }
    loop.answer.forEachPage(of: visit, folios) { pfn in
      let order = folios.order(of: pfn)
      let isHead = pfn % (1 << order) == 0
      body(base + shape.page(pfn), isHead)
      if loop.readsHead { body(base + shape.head(pfn, order: order), true) }
      if order > 0 && (loop.readsOrder && isHead || looksLikeHead(pfn, isHead)) {
        body(base + shape.page(pfn + 1), true)
      }
    }
  }

  /// Whether a page of a compound page is told from a fake head by page[1].
  @inline(__always)
  private func looksLikeHead(_ pfn: PageFrameNumber, _ isHead: Bool) -> Bool {
    tellsFakeHeads && (isHead || hasFakeHeads) && pfn % structPagesPerVmemmapPage == 0
  }
}
