import Measurement
import Vmemmap

/// The pages that all arms of a cell visit.
struct Workload {
  /// Fewer random addresses than this, replayed, are learnt by a branch predictor.
  ///
  /// And with fewer, half of them are over before a block of the fastest operations is long enough.
  static let length = 1 << 18

  /// Runs to visit, of which one is as much work as many pages.
  static let fewestRuns = 64

  /// How many pages or runs are visited in a cell: a power of two.
  static func visits(of cell: Cell) -> Int {
    let wanted = max(length / cell.operation.visits.pages(cell), fewestRuns)
    // A run may be of three folios.
    return 1 << (Int.bitWidth - 1 - wanted.leadingZeroBitCount)
  }

  /// In their order.
  let visits: [Visit]
  /// Of the map that is visited.
  let folios: Folios

  /// The same for a seed and a process, in every operation and mode, so that they share their
  /// checksums. Each process has another one: what is particular to some addresses would else be in
  /// all of a run, and its intervals would not tell.
  init(_ cell: Cell, seed: UInt64, process: Int) {
    var generator = SeededGenerator(seed: seed).stream("workload").stream(cell.workloadLabel)
      .stream(UInt64(process))
    let folios = Folios(cell, seed: seed, process: process)
    self.folios = folios
    let count = Workload.visits(of: cell)
    visits = Workload.pfns(cell, count: count, using: &generator).map { pfn in
      switch cell.operation.visits {
      case .pages: return Visit(pages: pfn..<pfn + 1, order: folios.order(of: pfn))
      case .runs(_, let run):
        let pages = run(pfn, cell)
        return Visit(pages: pages, order: folios.order(of: pages.lowerBound))
      }
    }
  }
}

// MARK: - Choosing page frames

extension Workload {
  /// How many pages of one folio a burst visits.
  private static let burstLength = 16

  private static func pfns(
    _ cell: Cell, count: Int, using generator: inout SeededGenerator
  ) -> [PageFrameNumber] {
    var folio = 0
    var pfns: [PageFrameNumber] = []
    pfns.reserveCapacity(count)
    for index in 0..<count {
      if cell.pattern != .burst || index % burstLength == 0 {
        folio = cell.folio(using: &generator)
      }
      pfns.append((folio << cell.order) + cell.position(using: &generator))
    }
    if cell.pattern == .pfnWalk { pfns.sort() }
    if cell.predictability == .sorted {
      let folioMask = (1 << cell.order) - 1
      pfns = pfns.filter { $0 & folioMask == 0 } + pfns.filter { $0 & folioMask != 0 }
    }
    return pfns
  }
}

extension Cell {
  /// One of the cell's folios whose head is where the class wants it.
  fileprivate func folio(using generator: inout SeededGenerator) -> Int {
    if pattern.isOnePageEach { return 0 }
    let perVmemmapPage = max(1, structPagesPerVmemmapPage >> order)
    switch pageClass {
    case .headAligned:
      return generator.below((folios - 1) / perVmemmapPage + 1) * perVmemmapPage
    case .headUnaligned:
      // Of one folio, the second: the first of a map is aligned.
      guard folios > 1 else { return 1 }
      let folio = 1 + generator.below(folios - 1)
      return folio % perVmemmapPage == 0 ? folio - 1 : folio
    case .order0, .head, .tail, .fakeHead, .mix, .any:
      return generator.below(folios)
    }
  }

  /// A page of a folio, counted from its head, that belongs to the cell's class.
  fileprivate func position(using generator: inout SeededGenerator) -> Int {
    let pages = 1 << order
    switch pageClass {
    case .order0, .head, .headAligned, .headUnaligned:
      return 0
    case .tail:
      let position = 1 + generator.below(pages - 1)
      // The neighbour of a vmemmap page's first struct page is not the first.
      return position % structPagesPerVmemmapPage == 0 ? position + 1 : position
    case .fakeHead:
      let vmemmapPages = pages / structPagesPerVmemmapPage
      return (1 + generator.below(vmemmapPages - 1)) * structPagesPerVmemmapPage
    case .any:
      return generator.below(pages)
    case .mix:
      return generator.below(100) < mix
        ? 1 + generator.below(pages - 1) : 0
    }
  }
}

extension SeededGenerator {
  /// One of `0..<bound`, the same for a seed whatever the standard library's version.
  mutating func below(_ bound: Int) -> Int { Int(uniform(below: UInt64(bound))) }
}

extension Cell {
  /// What the workload depends on.
  fileprivate var workloadLabel: String {
    let pages =
      "\(population.map { "\($0) " } ?? "")\(order) \(folios) \(pageClass.rawValue) \(mix) \(predictability.rawValue) \(pattern.rawValue)"
    return switch operation.visits {
    case .pages: pages
    case .runs: "\(pages) \(operation.rawValue)"
    }
  }
}

/// The workloads of cells that share memory maps in a process; they share workloads, too.
struct WorkloadCache {
  private var workloads: [String: Workload] = [:]

  mutating func workload(of cell: Cell, seed: UInt64, process: Int) -> Workload {
    let label = cell.workloadLabel
    if let workload = workloads[label] { return workload }
    let workload = Workload(cell, seed: seed, process: process)
    workloads[label] = workload
    return workload
  }
}
