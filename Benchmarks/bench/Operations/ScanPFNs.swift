import Vmemmap

extension Operation {
  /// What compaction's isolation scanner does to a range of page frames: `compound_head()` of each, and from
  /// a head on to the folio's end.
  ///
  /// Ranges begin where a folio does, or those of tails within one, whose other tails they have to pass.
  static let scanPFNs = Operation(
    "scan_pfns", "compaction's scanner, over 512 page frames",
    loops: [
      Loop(.throughput, in: .runs, .heads(of: forEachPageScanned), readsOrder: true)
    ],
    visits: .runs(
      pages: {
        $0.pageClass == .tail || $0.population != nil ? scanned : max(1, scanned >> $0.order)
      },
      from: { pfn, cell in
        let first = cell.pageClass == .tail ? pfn : pfn / scanned * scanned
        // Not beyond the map's end; so far back a page is of the same class.
        let start = first + scanned <= cell.pages ? first : first - scanned
        return start..<start + scanned
      }),
    of: Contender.all(scannedEncodings),
    applies: { cell in
      let ranges = [PageClass.order0: 1, .head: 1, .any: 1, .tail: 2][cell.pageClass]
      return ranges.map { cell.pages >= $0 * scanned } == true && !cell.pattern.isOnePageEach
    },
    isTabled: false)

  /// The page frames of a range, as many as a page block of x86-64 has.
  private static let scanned = 512

  /// Every page up to where a folio begins, and from there on the first one of each folio.
  private static func forEachPageScanned(
    _ visit: Visit, _ folios: Folios, _ body: (PageFrameNumber) -> Void
  ) {
    var pfn = visit.first
    while pfn < visit.pages.upperBound {
      body(pfn)
      pfn += folios.head(of: pfn) == pfn ? 1 << folios.order(of: pfn) : 1
    }
  }
}
