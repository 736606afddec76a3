import Results
import Vmemmap

extension Cell {
  /// The struct pages in lines that are read or written over all visits, where none is an alias.
  private func ownPages(on format: any TailFormat.Type) -> Int {
    // Where two struct pages fit into a line, that of a page that is left out is a tail's, too.
    let sharesLines = 2 * format.structPageSize <= cacheLine
    let vmemmapPages = max(1, 1 << order / structPagesPerVmemmapPage)
    return switch touchedClass {
    case .order0, .head, .headAligned, .headUnaligned: visitedFolios
    case .tail: folios * (1 << order - (sharesLines ? 0 : vmemmapPages))
    case .fakeHead: folios * (vmemmapPages - 1)
    case .mix: folios << order
    case .any: pagesScanned ?? folios << order
    }
  }

  /// Of the struct pages that are touched, those that are different memory: under HVO most tails are
  /// aliases.
  private func touchedPages(on format: any TailFormat.Type) -> Int {
    guard let shared = sharedTails(of: format) else { return ownPages(on: format) }
    // Of each folio the first vmemmap page, and in the new layout the template.
    let template = shared == .firstVmemmapPage ? 0 : structPagesPerVmemmapPage
    return switch touchedClass {
    case .order0, .head, .headAligned, .headUnaligned: folios
    case .tail: folios * (structPagesPerVmemmapPage - 1) + max(0, template - 1)
    case .fakeHead: template == 0 ? folios : 1
    case .mix, .any: folios * structPagesPerVmemmapPage + template
    }
  }

  /// The cache lines that an arm of the cell finds its answers in, if it visits all of the pages that the
  /// cell has: struct pages, and what is read of heads or of folios allocated apart. Without what is read
  /// to tell fake heads.
  func lines(on format: any TailFormat.Type) -> Int {
    let size = isDense ? min(format.structPageSize, cacheLine) : cacheLine
    let ofPages = Cell.lines(touchedPages(on: format) * size)
    let ofHeads = readsHead && format.folioSize == 0 && !touchesHeads(on: format) ? folios : 0
    let ofSeconds = readsSecondPages && !isDense ? visitedFolios : 0
    let apart = readsHead && format.folioSize > 0 ? visitedFolios : 0
    // Of small struct pages in small folios a line has more than one that is counted.
    let all = Cell.lines(folios * format.structPageSize << order)
    return min(ofPages + ofHeads + ofSeconds, all) + apart
  }

  /// The bytes of ``lines(on:)``, and of what is read to tell fake heads.
  func touchedBytes(by contender: Contender) -> Int {
    let isInLines = readsSecondPages || isDense
    let toTell = !isInLines && tellsFakeHeads(contender) ? foliosTold : 0
    return (lines(on: contender.format) + toTell) * cacheLine
  }
}

extension Cell {
  /// The bytes in cache lines of all heads of the cell, of folios that are allocated apart, and of the
  /// struct pages with orders where those are read.
  func headBytes(on format: any TailFormat.Type) -> Int {
    visitedFolios * cacheLine * (1 + (format.folioSize > 0 ? 1 : 0) + (readsSecondPages ? 1 : 0))
  }

  /// How far apart the lines of the cell's class lie, in bytes, where that is the same for all; the heads
  /// of large folios fall into few sets of a cache.
  func stride(on format: any TailFormat.Type) -> Int {
    switch touchedClass {
    case .order0, .tail, .mix, .any: cacheLine
    case .head, .headUnaligned: format.structPageSize << order
    case .headAligned: max(format.structPageSize << order, basePageSize)
    case .fakeHead: basePageSize
    }
  }

  /// The bytes of memory behind the struct pages that the cell's are chosen among.
  func spanBytes(on format: any TailFormat.Type) -> Int {
    sharedTails(of: format) != nil
      ? folios * basePageSize : folios * format.structPageSize << order
  }

  /// Whether a visit looks at all pages of its run, whatever class the first one is of.
  var looksAtAllPages: Bool { operation.writing != nil || loop?.looksAtAllPages == true }

  /// Whether an arm reads page[1]'s word of what begins a vmemmap page and has `PG_head` set.
  func tellsFakeHeads(_ contender: Contender) -> Bool {
    hvo != .off && contender.staticKey != nil && loop?.tellsFakeHeads == true
  }

  private var loop: Loop? { operation.loops.first { $0.mode == mode } }
  private var readsHead: Bool { loop?.readsHead == true }
  private var readsSecondPages: Bool { loop?.readsOrder == true && order > 0 }

  /// The class of the pages that are touched; runs that begin at a tail go on with whatever follows.
  private var touchedClass: PageClass {
    guard case .runs = operation.visits, looksAtAllPages || pageClass == .tail else {
      return pageClass
    }
    return .any
  }

  /// Whether pages of the class lie side by side.
  private var isDense: Bool {
    switch touchedClass {
    case .order0, .tail, .mix, .any: true
    case .head, .headAligned, .headUnaligned, .fakeHead: false
    }
  }

  /// Whether heads are among the pages that are touched, at whatever address.
  private func touchesHeads(on format: any TailFormat.Type) -> Bool {
    switch touchedClass {
    case .order0, .head, .headAligned, .headUnaligned, .mix, .any: true
    case .tail: false
    case .fakeHead: sharedTails(of: format) == .firstVmemmapPage
    }
  }

  /// What the cell's tails are mapped to; nil where they are not optimised.
  private func sharedTails(of format: any TailFormat.Type) -> SharedTails? {
    hvo == .on ? format.sharedTails : nil
  }

  /// The folios with pages of the class.
  private var visitedFolios: Int {
    if let population { return population.sum(in: pages) { _ in 1 } }
    return switch pageClass {
    case .headAligned: alignedFolios
    case .headUnaligned: max(1, folios - alignedFolios)
    case .order0, .head, .tail, .fakeHead, .mix, .any: folios
    }
  }

  /// The folios whose struct pages begin a vmemmap page.
  private var alignedFolios: Int {
    let perVmemmapPage = max(1, structPagesPerVmemmapPage >> order)
    return (folios + perVmemmapPage - 1) / perVmemmapPage
  }

  /// The folios whose page[1] is read to tell a head or a fake head, where the key is on.
  private var foliosTold: Int {
    switch pageClass {
    case .head, .headAligned: alignedFolios
    case .fakeHead: hvo == .on ? folios : 0
    case .order0, .headUnaligned, .tail, .mix, .any: 0
    }
  }

  /// The pages of a population that are looked at where a run goes on from a head to the folio's end: of a
  /// folio the head and page[1], but of one that is longer than a run all, for runs begin anywhere in it.
  private var pagesScanned: Int? {
    guard let population, case .runs = operation.visits, !looksAtAllPages else { return nil }
    let run = operation.visits.pages(self)
    return population.sum(in: pages) { order in
      order == 0 ? 1 : 1 << order > run ? 1 << order : 2
    }
  }

  /// How many cache lines so many bytes side by side are.
  private static func lines(_ bytes: Int) -> Int { (bytes + cacheLine - 1) / cacheLine }
}
