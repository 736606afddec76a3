import Vmemmap

/// Where struct pages and heads lie on a memory map, in numbers: with page frames, what right answers
/// are made of.
struct MapShape: Hashable {
  let structPageSize: Int
  /// Of folios allocated apart from the struct pages; 0 where the first struct page is the folio.
  let folioSize: Int
  /// Where those folios begin, in bytes from the first struct page.
  let folioAreaOffset: Int

  /// The offset of a page frame's struct page.
  func page(_ pfn: PageFrameNumber) -> UInt { UInt(pfn * structPageSize) }

  /// The offset of a compound page's flags and count.
  ///
  /// - Parameters:
  ///   - pfn: one of the compound page's page frames.
  ///   - order: of all compound pages of the map.
  func head(_ pfn: PageFrameNumber, order: Int) -> UInt {
    let folio = pfn >> order
    return folioSize == 0 ? page(folio << order) : UInt(folioAreaOffset + folio * folioSize)
  }
}

extension MapShape {
  /// Where a thread takes page frame 0 to be that walks so many page frames further on than the workload
  /// says, each a folio of its own: struct pages and folios may lie unlike far apart.
  ///
  /// - Parameter base: the map's.
  func origin(_ base: UInt, pages: Int) -> MapOrigin {
    MapOrigin(
      pages: base &+ page(pages), heads: base &+ (head(pages, order: 0) &- head(0, order: 0)))
  }
}

/// The addresses that offsets of a map's struct pages and heads are added to.
struct MapOrigin {
  let pages: UInt
  let heads: UInt
}

extension MapOrigin {
  /// The map's own.
  init(_ base: UInt) { self.init(pages: base, heads: base) }
}

extension MemoryMap {
  var shape: MapShape {
    MapShape(
      structPageSize: format.structPageSize, folioSize: format.folioSize,
      folioAreaOffset: format.folioSize == 0 ? 0 : folioAreaOffset)
  }
}
