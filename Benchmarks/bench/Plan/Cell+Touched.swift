import Results
import Vmemmap

extension Cell {
  /// The struct pages of the cell's class.
  private var pagesOfClass: Int {
    let vmemmapPages = max(1, 1 << order / structPagesPerVmemmapPage)
    switch pageClass {
    case .order0, .head, .headAligned, .headUnaligned: return folios
    case .tail: return folios * (1 << order - vmemmapPages)
    case .fakeHead: return folios * (vmemmapPages - 1)
    case .mix: return folios << order
    }
  }

  /// The struct pages of the class that are different memory: under HVO most tails are aliases.
  private func pages(on format: any TailFormat.Type) -> Int {
    guard hvo == .on, let shared = format.sharedTails, order >= Order.smallestOptimizable else {
      return pagesOfClass
    }
    // Of each folio the first vmemmap page, and in the new layout the template.
    let template = shared == .firstVmemmapPage ? 0 : structPagesPerVmemmapPage
    switch pageClass {
    case .order0, .head, .headAligned, .headUnaligned: return folios
    case .tail: return folios * (structPagesPerVmemmapPage - 1) + max(0, template - 1)
    case .fakeHead: return template == 0 ? folios : 1
    case .mix: return folios * structPagesPerVmemmapPage + template
    }
  }

  /// The bytes in cache lines that an arm of the cell finds its answers in, if it visits all of the
  /// pages that the cell has: struct pages, and what is read of heads or of folios allocated apart.
  func touchedBytes(on format: any TailFormat.Type) -> Int {
    let line = 64
    let ownHeads = [.order0, .head, .headAligned, .headUnaligned, .mix].contains(pageClass)
    let readsHeads = operation.loops.first { $0.mode == mode }?.readsHead == true
    let heads = readsHeads && (format.folioSize > 0 || !ownHeads) ? folios : 0
    return pages(on: format) * min(max(format.structPageSize, 32), 2 * line) + heads * line
  }
}

extension CacheSizes {
  /// Where an arm of a cell finds what it touches.
  func level(of cell: Cell, on format: any TailFormat.Type) -> SummaryRow.Level? {
    level(of: cell.touchedBytes(on: format))
  }
}
