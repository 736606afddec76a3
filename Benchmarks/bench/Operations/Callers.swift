import TimedLoops
import Vmemmap

// What kernel callers do to ranges of pages.

extension Operation {
  /// The zap of a range of pages that are mapped one by one, page by page.
  static let zapPages = Operation(
    caller: "zap_pages", "unmaps 512 pages, page by page", .everyPage,
    references: .ofEachPage(-1, mapcounts: true),
    hvo: [.off, .elsewhere])

  /// The same, folio by folio.
  static let zapBatch = Operation(
    caller: "zap_batch", "unmaps 512 pages, folio by folio", .firstOfEachFolio,
    references: .ofEachPage(-1, mapcounts: true),
    readsOrder: true,
    hvo: [.off, .elsewhere])

  /// The release of pages that were pinned, of which those of a folio are found by looking at all.
  static let unpinPages = Operation(
    caller: "unpin_pages", "releases 512 pages that were pinned", .firstOfEachFolio,
    references: .ofEachPage(-1, mapcounts: false))

  /// GUP-fast over a range mapped by PMDs: one take of many references for each.
  static let gupFast = Operation(
    "gup_fast", "references on up to four huge pages",
    loops: [
      Loop(
        .throughput, in: .runs, .heads(of: Range.firstOfEachFolio),
        references: .ofEachPage(1, mapcounts: false), readsHead: true)
    ],
    visits: .runs(
      pages: { min($0.folios, foliosPinned) },
      from: { pfn, cell in
        let length = min(cell.folios, foliosPinned) << cell.order
        let first = min((pfn >> cell.order) << cell.order, cell.pages - length)
        return first..<first + length
      }),
    of: Contender.all(pageRefForms),
    applies: { cell in
      1 << cell.order == pagesPerPMD && cell.pageClass == .head && cell.threads == 1
        && !cell.pattern.isOnePageEach
    },
    isTabled: false)

  /// As many as a call of GUP pins at once, or all there are.
  private static let foliosPinned = 4

  /// - Parameter heads: whose addresses are the answer.
  private init(
    caller name: String, _ meaning: String, _ heads: Heads, references: ReferenceUse,
    readsOrder: Bool = false,
    hvo: Set<HVOState> = Set(HVOState.allCases)
  ) {
    self.init(
      name, meaning,
      loops: [
        Loop(
          .throughput, in: .runs, .heads(of: heads.forEach), references: references,
          readsHead: true,
          readsOrder: readsOrder, looksAtAllPages: true)
      ],
      visits: .runs(
        pages: { _ in pagesPerPMD },
        from: { pfn, cell in
          let first = pfn / pagesPerPMD * pagesPerPMD
          // Not beyond the map's end; so far back a folio begins, too.
          let start = first + pagesPerPMD <= cell.pages ? first : first - pagesPerPMD
          return start..<start + pagesPerPMD
        }),
      of: Contender.all(scannedEncodings),
      applies: { cell in
        hvo.contains(cell.hvo) && [.order0, .head, .any].contains(cell.pageClass)
          && cell.pages >= pagesPerPMD && cell.threads == 1 && !cell.pattern.isOnePageEach
      },
      isTabled: false)
  }
}

/// Of which pages of a range a caller sums up the heads.
private enum Heads {
  case everyPage, firstOfEachFolio

  var forEach: @Sendable (Visit, Folios, (PageFrameNumber) -> Void) -> Void {
    switch self {
    case .everyPage: { visit, _, body in for pfn in visit.pages { body(pfn) } }
    case .firstOfEachFolio: Range.firstOfEachFolio
    }
  }
}

extension Range<PageFrameNumber> {
  /// Of each folio that a visit's run has some of, the first page there.
  @Sendable
  fileprivate static func firstOfEachFolio(
    _ visit: Visit, _ folios: Folios, _ body: (PageFrameNumber) -> Void
  ) {
    for part in folios.parts(of: visit.pages) { body(part.lowerBound) }
  }
}
