import Vmemmap

/// The walk over a range of page frames that compaction's isolation scanner does: `compound_head()` of a
/// page, and where the page is a head on to the folio's end, as its order says. The answer is the sum of the
/// heads' addresses.
enum ScanPFNs<Encoding: CompoundEncoding>: TimedRun {
  @inline(__always)
  static func answer(_ first: Page, _ pages: Int) -> UInt {
    let size = Encoding.Format.structPageSize
    var sum: UInt = 0
    var offset = 0
    while offset < pages {
      let page = first.advanced(by: offset, size: size)
      let head = Encoding.compoundHead(page)
      sum &+= head.address
      // The tails of a folio that the range begins in are passed one by one.
      offset &+= head == page ? 1 &<< page.folioOrder(structPageSize: size) : 1
    }
    return sum
  }
}
