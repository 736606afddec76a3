import Vmemmap

/// `page_zonenum()`; the answer is the zone's number.
enum PageZonenum<Encoding: CompoundEncoding>: ChainedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { UInt(bitPattern: Encoding.zoneNumber(page)) }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address &+ answer }
}
