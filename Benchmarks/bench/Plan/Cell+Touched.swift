import Results
import Vmemmap

extension Cell {
  /// The struct pages of the cell's class; of operations that write to whole folios, all of them.
  private var pagesOfClass: Int {
    if looksAtAllPages { return folios << order }
    let vmemmapPages = max(1, 1 << order / structPagesPerVmemmapPage)
    switch pageClass {
    case .order0, .head, .headAligned, .headUnaligned: return folios
    case .tail: return folios * (1 << order - vmemmapPages)
    case .fakeHead: return folios * (vmemmapPages - 1)
    case .mix, .any: return folios << order
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
    case .mix, .any: return folios * structPagesPerVmemmapPage + template
    }
  }

  /// The bytes in cache lines that an arm of the cell finds its answers in, if it visits all of the
  /// pages that the cell has: struct pages, and what is read of heads or of folios allocated apart.
  func touchedBytes(on format: any TailFormat.Type) -> Int {
    let ownHeads = [.order0, .head, .headAligned, .headUnaligned, .mix, .any].contains(pageClass)
    let readsHeads = loop?.readsHead == true
    let heads = readsHeads && (format.folioSize > 0 || !ownHeads) ? folios : 0
    let seconds = readsSecondPages && ownHeads ? folios : 0
    return pages(on: format) * min(max(format.structPageSize, 32), 2 * cacheLine)
      + (heads + seconds) * cacheLine
  }

  /// The bytes in cache lines of all heads of the cell, of folios that are allocated apart, and of the
  /// struct pages with orders where those are read.
  func headBytes(on format: any TailFormat.Type) -> Int {
    heads * cacheLine * (1 + (format.folioSize > 0 ? 1 : 0) + (readsSecondPages ? 1 : 0))
  }

  /// The folios of the cell, of populations in expectation.
  private var heads: Int { population.map { Int($0.folios(in: pages)) } ?? folios }

  private var readsSecondPages: Bool { loop?.readsOrder == true && order > 0 }

  private var looksAtAllPages: Bool {
    operation.writing != nil || loop?.looksAtAllPages == true
  }

  private var loop: Loop? { operation.loops.first { $0.mode == mode } }

  /// How far apart the lines of the cell's class lie, in bytes, where that is the same for all; the heads
  /// of large folios fall into few sets of a cache.
  func stride(on format: any TailFormat.Type) -> Int {
    if looksAtAllPages { return cacheLine }
    return switch pageClass {
    case .order0, .tail, .mix, .any: cacheLine
    case .head, .headAligned, .headUnaligned: format.structPageSize << order
    case .fakeHead: basePageSize
    }
  }

  /// The bytes of memory behind the struct pages that the cell's are chosen among.
  func spanBytes(on format: any TailFormat.Type) -> Int {
    let isOptimized = hvo == .on && format.sharedTails != nil
    return isOptimized ? folios * basePageSize : folios * format.structPageSize << order
  }
}
