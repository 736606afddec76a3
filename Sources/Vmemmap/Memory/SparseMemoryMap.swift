/// A memory map in the making, populated part by part: struct pages that will be shared are never
/// there, not even for a moment.
///
/// ```swift
/// var memory = try SparseMemoryMap(
///   format: HeadMaskFormat.self,
///   sections: [MemorySection(pages: 1 << 19), MemorySection(zone: .device, pages: 1 << 18)])
/// let left = try memory.populateHVO([HugeBootmemPage(pfn: 0, order: 18)])
/// try memory.populateCompoundPages(1 << 19..<3 << 18, order: 9)
/// let map = try memory.populateBasePages()
/// ```
///
/// Made for a ``KernelVersion`` it is as that kernel leaves it at boot; made for a format, as HVO leaves
/// it later.
///
/// The corresponding kernel code is `mm/sparse-vmemmap.c`.
public struct SparseMemoryMap: ~Copyable {
  var map: MemoryMap
  /// The kernel that is modelled, nil where it is as HVO leaves it when the kernel runs.
  let kernel: KernelVersion?
  /// The page frames whose struct pages are there and initialised.
  var populated = RangeSet<PageFrameNumber>()
  /// Shared vmemmap pages of compound pages that failed, where undoing it failed, too.
  var unfinished: [Range<UInt>] = []
  /// The page frames of huge pages that the modelled kernel gave up because they span zones.
  var freed = RangeSet<PageFrameNumber>()

  /// Reserves address space and binds it; no struct page is populated yet.
  ///
  /// - Parameters:
  ///   - format: what tails hold; one that has HVO.
  ///   - sections: the modelled memory in order of page frames.
  ///   - bindToNodes: whether the struct pages of each section, and their templates, are put on its
  ///     node.
  ///   - holdsStaticKey: whether each folio that is optimised in the old layout holds
  ///     ``OptimizeVmemmapKey`` on, as in the kernel.
  ///   - basePageSize: of the modelled kernel, one of ``PageGeometry/basePageSizes`` that this
  ///     machine's pages fill.
  /// - Throws: ``VmemmapError/noOptimization(format:structPageSize:)``,
  ///   ``VmemmapError/basePageSize(_:machine:)``,
  ///   ``VmemmapError/partialVmemmapPage(sectionPages:multiple:)``,
  ///   ``VmemmapError/nodeBeyondFlags(node:)``,
  ///   ``VmemmapError/noSuchNode(node:nodes:)`` and ``VmemmapError/numa(attempt:errno:)`` when nodes are
  ///   to be bound to, and ``VmemmapError/system(attempt:errno:)`` when address space or mappings run
  ///   out.
  public init(
    format: any TailFormat.Type, sections: [MemorySection], bindToNodes: Bool = false,
    holdsStaticKey: Bool = false, basePageSize: Int = PageGeometry.standard.basePageSize
  ) throws(VmemmapError) {
    try self.init(
      format: format, kernel: nil, sections: sections, bindToNodes: bindToNodes,
      holdsStaticKey: holdsStaticKey, basePageSize: basePageSize)
  }

  /// Reserves address space for the memory map of a kernel; no struct page is populated yet.
  ///
  /// The kernel says what tails hold (``KernelVersion/tailFormat``), how many of a huge page's vmemmap
  /// pages are write-protected, and what becomes of huge pages that span zones.
  ///
  /// - Parameters:
  ///   - kernel: ``KernelVersion/firstWithBootTimeHVO`` or later.
  ///   - format: what tails hold, where that is not what the kernel's do, but of code that kernels may have.
  ///   - sections: the modelled memory in order of page frames.
  ///   - basePageSize: as for a format.
  /// - Throws: as for a format.
  public init(
    kernel: KernelVersion, format: (any TailFormat.Type)? = nil, sections: [MemorySection],
    basePageSize: Int = PageGeometry.standard.basePageSize
  ) throws(VmemmapError) {
    precondition(
      kernel >= .firstWithBootTimeHVO,
      "Linux \(kernel) builds no huge page optimised; \(KernelVersion.firstWithBootTimeHVO) does")
    try self.init(
      format: format ?? kernel.tailFormat, kernel: kernel, sections: sections, bindToNodes: false,
      holdsStaticKey: false, basePageSize: basePageSize)
  }

  private init(
    format: any TailFormat.Type, kernel: KernelVersion?, sections: [MemorySection],
    bindToNodes: Bool, holdsStaticKey: Bool, basePageSize: Int
  ) throws(VmemmapError) {
    self.kernel = kernel
    _ = try MemoryMap.sharedTails(of: format)
    map = try MemoryMap(
      format: format, sections: sections, mappingSize: .base, bindToNodes: bindToNodes,
      templateNode: .local, holdsStaticKey: holdsStaticKey, basePageSize: basePageSize,
      displacement: 0, populates: false)
  }

  /// The bytes of memory behind the map up to now, as the kernel accounts them.
  public func allocatedBytes() throws(VmemmapError) -> Int {
    try map.allocatedBytes()
  }

  /// Populates what is left as ordinary pages in use, each with the zone of its section, and gives
  /// out the map. Those of huge pages that a modelled kernel gave up are free: their count is 0.
  ///
  /// Costs page faults, about 0.5 ms for each MiB of struct pages.
  ///
  /// - Throws: ``VmemmapError/system(attempt:errno:)`` when memory runs out; the map is then gone.
  ///
  /// The corresponding kernel functions are `vmemmap_populate_basepages()` and `memmap_init()`.
  public consuming func populateBasePages() throws(VmemmapError) -> MemoryMap {
    try undoUnfinished()
    var start = 0
    // No format with HVO allocates folios apart from struct pages.
    var folio: UInt = 0
    for section in map.sections {
      let pfns = start..<start + section.pages
      for rest in RangeSet(pfns).subtracting(populated).ranges {
        try unsafe MemoryMap.populateBasePages(
          map[rest.lowerBound].address, length: rest.count * Page.size)
        map.format.initialize(
          base: map.base, pages: rest, order: 0,
          flags: PageFlags(zone: section.zone, node: section.node), folio: &folio)
      }
      start += section.pages
    }
    for pfns in freed.subtracting(populated).ranges {
      for pfn in pfns { unsafe map[pfn].setReferenceCount(map.format.frozenReferenceCount) }
    }
    return map
  }
}

extension SparseMemoryMap {
  /// Lets go of what was begun and could not be undone, so that it can be populated.
  ///
  /// - Throws: ``VmemmapError/system(attempt:errno:)`` when it still can't be undone.
  mutating func undoUnfinished() throws(VmemmapError) {
    try map.restore(folios: map.unfreedFolios)
    while let addresses = unfinished.last {
      try map.mapOwn(addresses)
      unfinished.removeLast()
    }
  }

  /// Populates the first vmemmap pages of a compound page, and initialises their struct pages.
  ///
  /// - Throws: ``VmemmapError/system(attempt:errno:)``.
  func populateFirst(
    vmemmapPages: Int, of head: Page, order: Int, flags: PageFlags
  ) throws(VmemmapError) {
    try MemoryMap.populateBasePages(
      head.address, length: vmemmapPages * map.geometry.basePageSize)
    let flags = flags.union(.noLastCPUPID)
    head.initialize(flags: flags.union(.head), structPageSize: Page.size)
    map.format.initializeTails(
      of: head, head: head, order: order,
      structPages: vmemmapPages * map.geometry.structPagesPerVmemmapPage, flags: flags)
  }

  /// The page frames that nothing can be made of any more.
  var taken: RangeSet<PageFrameNumber> {
    kernel?.fateOfZoneSpanningPages == .freedOneByOne ? populated.union(freed) : populated
  }

  /// - Parameter kept: how many vmemmap pages of a compound page are its own, a power of two.
  /// - Throws: ``VmemmapError/orderOutOfRange(order:range:)`` for orders with no other ones to share.
  func checkOrder(_ order: Int, keptVmemmapPages kept: Int) throws(VmemmapError) {
    let smallest = (2 * kept * map.geometry.structPagesPerVmemmapPage).trailingZeroBitCount
    let orders = smallest...map.geometry.maximumOrder
    guard orders.contains(order) else { throw .orderOutOfRange(order: order, range: orders) }
  }

  /// - Throws: ``VmemmapError/notWholeCompoundPages(pfns:order:)``,
  ///   ``VmemmapError/pageOutOfRange(pfn:pageCount:)`` and
  ///   ``VmemmapError/alreadyPopulated(pfns:)``, for compound pages that can't be made of `pfns`.
  func checkUnpopulated(
    _ pfns: Range<PageFrameNumber>, order: Int, besides taken: RangeSet<PageFrameNumber>
  ) throws(VmemmapError) {
    guard (pfns.lowerBound | pfns.upperBound) & (1 << order - 1) == 0 else {
      throw .notWholeCompoundPages(pfns: pfns, order: order)
    }
    for pfn in [pfns.lowerBound, pfns.upperBound - 1] where pfn < 0 || pfn >= map.pageCount {
      throw .pageOutOfRange(pfn: pfn, pageCount: map.pageCount)
    }
    guard taken.isDisjoint(RangeSet(pfns)) else { throw .alreadyPopulated(pfns: pfns) }
  }

  /// The sections that page frames lie in, in order.
  func sections(of pfns: Range<PageFrameNumber>) -> [MemorySection] {
    var start = 0
    return map.sections.filter { section in
      defer { start += section.pages }
      return pfns.overlaps(start..<start + section.pages)
    }
  }
}
