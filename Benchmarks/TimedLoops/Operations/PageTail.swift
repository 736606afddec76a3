import Vmemmap

/// `PageTail()`; the answer is 1 for a tail, 0 for others.
enum PageTail<Encoding: CompoundEncoding>: ChainedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { Encoding.isTail(page) ? 1 : 0 }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address &+ answer }
}
