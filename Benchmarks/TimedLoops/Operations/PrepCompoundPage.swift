import Vmemmap

/// `prep_compound_page()` of a run; the answer is the head as the last tail has it.
enum PrepCompoundPage<Encoding: CompoundEncoding>: TimedRun {
  /// - Parameter pages: a power of two.
  @inline(__always)
  static func answer(_ first: Page, _ pages: Int) -> UInt {
    Encoding.Format.prepCompoundPage(first, order: pages.trailingZeroBitCount)
    let last = first.advanced(by: pages &- 1, size: Encoding.Format.structPageSize)
    return Encoding.compoundHead(last).address
  }
}
