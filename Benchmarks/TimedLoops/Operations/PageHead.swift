import Vmemmap

/// `PageHead()`; the answer is 1 for a head, 0 for others.
enum PageHead<Encoding: CompoundEncoding>: ChainedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { Encoding.isHead(page) ? 1 : 0 }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address &+ answer }
}
