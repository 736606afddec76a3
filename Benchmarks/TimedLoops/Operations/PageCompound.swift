import Vmemmap

/// `PageCompound()`; the answer is 1 for a page of a compound page, 0 for others.
enum PageCompound<Encoding: CompoundEncoding>: ChainedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { Encoding.isCompound(page) ? 1 : 0 }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address &+ answer }
}
