/// A huge page that is taken from memory at boot, before its struct pages are there.
///
/// The corresponding kernel type is `struct huge_bootmem_page`.
public struct HugeBootmemPage: Hashable, Sendable {
  /// The head's page frame; a multiple of `1 << order`.
  public let pfn: PageFrameNumber
  /// ``PageGeometry/smallestOptimizableOrder`` to ``PageGeometry/maximumOrder``.
  public let order: Int

  public init(pfn: PageFrameNumber, order: Int) {
    self.pfn = pfn
    self.order = order
  }
}

/// A huge page that could not be built optimised because it lies in more than one zone.
///
/// The corresponding kernel test is `hugetlb_bootmem_page_zones_valid()`.
public struct ZoneSpanningPage: Hashable, Sendable {
  public let page: HugeBootmemPage
  /// What it lies in, in order of page frames.
  public let sections: [MemorySection]
}

extension ZoneSpanningPage: CustomStringConvertible {
  public var description: String {
    let zones = sections.map { "\($0.zone) of node \($0.node)" }.joined(separator: ", ")
    return "the huge page of order \(page.order) at pfn \(page.pfn) spans zones (\(zones)): "
      + "its tails can't share struct pages, it is left as ordinary pages"
  }
}

extension SparseMemoryMap {
  /// Populates huge pages as HVO leaves them: of each its first vmemmap page only, the others mapped
  /// to what the format shares.
  ///
  /// The result is the same, to the bit, as of ``MemoryMap/initialize(order:format:)`` and
  /// ``MemoryMap/optimize(folios:waitsForReaders:)``, and can be restored and optimised again; but
  /// the memory that HVO would give back has never been taken.
  ///
  /// A huge page that spans zones stays unpopulated, to be made of ordinary pages by
  /// ``populateBasePages()``. In the new layout no one template has its zones. In the old layout its
  /// tails could be mapped to its first vmemmap page, but `page_zonenum()`, read from a page's own
  /// flags, would then be wrong for those of the other zones. The kernel refuses it for both.
  ///
  /// Costs about 45 us of CPU time for a huge page of order 9 and 22 ms for one of order 18 (5 us for
  /// each vmemmap page): half of what it takes to populate, initialise and optimise them. These are a
  /// process's costs of `mmap()`; the kernel sets page table entries.
  ///
  /// - Parameter pages: huge pages of any orders, each whole and named once.
  /// - Returns: the pages that were left, and the zones they span.
  /// - Throws: Before anything is changed, ``VmemmapError/orderOutOfRange(order:range:)``,
  ///   ``VmemmapError/notWholeCompoundPages(pfns:order:)``,
  ///   ``VmemmapError/pageOutOfRange(pfn:pageCount:)`` and ``VmemmapError/alreadyPopulated(pfns:)``.
  ///   Those of ``MemoryMap/optimize(folios:waitsForReaders:)``, and
  ///   ``VmemmapError/system(attempt:errno:)`` when memory runs out; huge pages that were not
  ///   optimised by then can be asked for again, or become ordinary pages.
  ///
  /// The corresponding kernel function is `vmemmap_populate_hvo()`.
  public mutating func populateHVO(
    _ pages: some Sequence<HugeBootmemPage>
  ) throws(VmemmapError) -> [ZoneSpanningPage] {
    try undoUnfinished()
    var claimed = populated
    var whole: [(page: HugeBootmemPage, flags: PageFlags)] = []
    var spanning: [ZoneSpanningPage] = []
    for page in pages {
      let pfns = try pageFrames(of: page)
      try checkUnpopulated(pfns, order: page.order, besides: claimed)
      claimed.insert(contentsOf: pfns)
      let sections = sections(of: pfns)
      let zones = Set(sections.map { PageFlags(zone: $0.zone, node: $0.node) })
      if let flags = zones.first, zones.count == 1 {
        whole.append((page, flags))
      } else {
        spanning.append(ZoneSpanningPage(page: page, sections: sections))
      }
    }
    for (page, flags) in whole {
      try unsafe populateFirst(vmemmapPages: 1, of: map[page.pfn], order: page.order, flags: flags)
    }
    try optimize(whole.map(\.page))
    return spanning
  }

  private mutating func optimize(_ pages: [HugeBootmemPage]) throws(VmemmapError) {
    defer {
      let optimized = map.optimizedFolios.subtracting(map.unfreedFolios)
      for page in pages where optimized.contains(page.pfn) {
        populated.insert(contentsOf: page.pfn..<page.pfn + 1 << page.order)
      }
    }
    try map.optimize(folios: pages.map(\.pfn))
  }

  private func pageFrames(of page: HugeBootmemPage) throws(VmemmapError) -> Range<PageFrameNumber> {
    try checkOrder(page.order, keptVmemmapPages: 1)
    guard page.pfn >= 0 && page.pfn < map.pageCount else {
      throw .pageOutOfRange(pfn: page.pfn, pageCount: map.pageCount)
    }
    return page.pfn..<page.pfn + 1 << page.order
  }
}
