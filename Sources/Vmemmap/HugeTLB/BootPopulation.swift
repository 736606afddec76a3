/// A huge page that is taken from memory at boot, before its struct pages are there.
///
/// The corresponding kernel type is `struct huge_bootmem_page`.
public struct HugeBootmemPage: Hashable, Sendable {
  /// The head's page frame; a multiple of `1 << order`.
  public let pfn: PageFrameNumber
  /// ``PageGeometry/smallestOptimizableOrder`` to ``PageGeometry/maximumOrder``.
  public let order: Int
  /// Whether `memmap_init()` writes its struct pages as those of ordinary pages, before HugeTLB makes
  /// tails of them.
  ///
  /// In the new layout it writes through the aliases, and so to the template, and nobody sets the count
  /// there afterwards: all tails that show the template, also those of huge pages that it did not write,
  /// and of those that are optimised later in the same zone and order, then have a count of 1. In the old
  /// layout the first vmemmap page is written, whose counts HugeTLB sets.
  ///
  /// A count of 1 was seen on some nodes in 7.1.13, 7.2.13 and 7.3.4, under emulation. That
  /// `memmap_init()` is the reason was read only; when it writes them, and when not, is not known.
  public let isWrittenByMemmapInit: Bool

  public init(pfn: PageFrameNumber, order: Int, isWrittenByMemmapInit: Bool = false) {
    self.pfn = pfn
    self.order = order
    self.isWrittenByMemmapInit = isWrittenByMemmapInit
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
  /// the memory that HVO would give back has never been taken. That is so but for what
  /// ``HugeBootmemPage/isWrittenByMemmapInit`` says, and in a map of a kernel for how many vmemmap pages
  /// it write-protects: a store to one that is left writable is seen in all tails that share it.
  ///
  /// A huge page that spans zones stays unpopulated, to be made of ordinary pages by
  /// ``populateBasePages()``. In the new layout no one template has its zones. In the old layout its
  /// tails could be mapped to its first vmemmap page, but `page_zonenum()`, read from a page's own
  /// flags, would then be wrong for those of the other zones. The kernel refuses it for both. In a map of
  /// a kernel its base pages are free: see ``KernelVersion/fateOfZoneSpanningPages``.
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
    var claimed = taken
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
    if kernel != nil {
      for page in spanning.map(\.page) { freed.insert(contentsOf: page.pageFrames) }
    }
    for (page, flags) in whole {
      let head = unsafe map[page.pfn]
      try populateFirst(vmemmapPages: 1, of: head, order: page.order, flags: flags)
      if page.isWrittenByMemmapInit && map.format.sharedTails == .template {
        try map.leaveMemmapInit(inTemplateOf: head, order: page.order)
      }
    }
    try optimize(whole.map(\.page))
    return spanning
  }

  private mutating func optimize(_ pages: [HugeBootmemPage]) throws(VmemmapError) {
    defer {
      let optimized = map.optimizedFolios.subtracting(map.unfreedFolios)
      for page in pages where optimized.contains(page.pfn) {
        populated.insert(contentsOf: page.pageFrames)
      }
    }
    let folios = pages.map { page in
      var folio = map.tailVmemmapPages(of: page.pfn, order: page.order)
      if let kernel {
        let writeProtected = kernel.writeProtectedVmemmapPages(
          ofBootTimeOrder: page.order, map.geometry)
        folio.writableLength = folio.length - writeProtected * map.geometry.basePageSize
      }
      return folio
    }
    try map.optimize(folios, waitsForReaders: false)
  }

  private func pageFrames(of page: HugeBootmemPage) throws(VmemmapError) -> Range<PageFrameNumber> {
    try checkOrder(page.order, keptVmemmapPages: 1)
    guard page.pfn >= 0 && page.pfn < map.pageCount else {
      throw .pageOutOfRange(pfn: page.pfn, pageCount: map.pageCount)
    }
    return page.pageFrames
  }
}

extension HugeBootmemPage {
  fileprivate var pageFrames: Range<PageFrameNumber> { pfn..<pfn + 1 << order }
}
