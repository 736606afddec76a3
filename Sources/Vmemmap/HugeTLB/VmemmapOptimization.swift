import Glibc
import SystemPackage

/// The HugeTLB Vmemmap Optimization, by real aliasing of this process's mappings.
///
/// A folio's first vmemmap page is kept, private and writable. The others are mapped read-only to
/// what the format shares:
///
///     old: the folio's own first vmemmap page        new: the template of (zone, order)
///
///       vmemmap page 0  ──────►  page (head, 63 tails)     page 0  ──────►  page (head, 63 tails)
///       vmemmap page 1  ───ro──►  the same                  page 1  ───ro──►  template (64 tails)
///       vmemmap page 2  ───ro──►  the same                  page 2  ───ro──►  the same template
///       ...                                                ...
///
/// and the memory behind them is given back. In the old layout page[64], page[128], ... are thereby
/// fake heads. These are the costs and guarantees of mmap in one process; the kernel's are others.
extension MemoryMap {
  /// The mappings that one optimised folio takes: one for each of its vmemmap pages.
  public static func mappings(forOptimizedOrder order: Int) -> Int {
    (1 << order) / structPagesPerVmemmapPage
  }

  /// Optimises folios: maps their tail vmemmap pages to what is shared, then frees what was behind.
  ///
  /// Readers at any moment see either the old or the new page, with the same answers, as long as the
  /// decoding allows for it: the range is remapped before its backing is given back. Optimising an
  /// optimised folio does nothing. Costs about 4 us for each vmemmap page, and once a call the
  /// reading of the process's mappings: folios are optimised best in one call.
  ///
  /// - Parameter heads: page frames of heads whose order is ``Order/smallestOptimizable`` or more.
  /// - Throws: Before anything is changed, ``VmemmapError/pageOutOfRange(pfn:pageCount:)``,
  ///   ``VmemmapError/notAHead(pfn:)``, ``VmemmapError/orderOutOfRange(order:range:)`` and
  ///   ``VmemmapError/tooManyMappings(needed:inUse:limit:)``. With the folios before that one
  ///   optimised, ``VmemmapError/tooManyTemplates(limit:)`` and, when a call fails,
  ///   ``VmemmapError/system(attempt:errno:)``; the folio that was begun then counts as optimised,
  ///   so that ``restore(folios:)`` gives it its struct pages again.
  ///
  /// The corresponding kernel function is `hugetlb_vmemmap_optimize_folios()`.
  public mutating func optimize(folios heads: some Sequence<PageFrameNumber>) throws(VmemmapError) {
    let heads = heads.filter { !optimizedFolios.contains($0) }
    var mappings = 0
    for pfn in heads {
      let order = try optimizableOrder(of: pfn)
      mappings += MemoryMap.mappings(forOptimizedOrder: order)
    }
    try MappingLimit.check(needed: mappings)
    for pfn in heads where !optimizedFolios.contains(pfn) {
      try optimize(folio: pfn)
    }
  }

  private mutating func optimize(folio pfn: PageFrameNumber) throws(VmemmapError) {
    let head = self[pfn]
    let order = head.folioOrder
    let sharedOffset =
      switch format.sharedTails {
      case .firstVmemmapPage:
        fileOffset(of: head)
      case .template, .nodeTemplate:
        try templateOffset(head: head, order: order)
      case nil:
        throw .noOptimization(format: format.name, structPageSize: format.structPageSize)
      }
    // From the first alias on there is something to restore.
    optimizedFolios.insert(pfn)
    let tails = tailVmemmapPages(of: head, order: order)
    var address = tails.address
    while address < tails.address + UInt(tails.length) {
      _ = try SystemCall.map(
        at: address, length: basePageSize, protection: PROT_READ,
        flags: MAP_SHARED | MAP_FIXED | MAP_POPULATE, file: reservation.file, offset: sharedOffset)
      address += UInt(basePageSize)
    }
    try SystemCall.punchHole(
      reservation.file, offset: tails.offset, length: tails.length)
  }

  /// Undoes ``optimize(folios:)``: gives each folio its own struct pages again.
  ///
  /// The fresh pages are filled through a second mapping and then mapped read-write, so that readers
  /// never see an unfilled one. A folio that is not optimised is left alone.
  ///
  /// An encoding that loads once, like ``MaskEncoding``, is right for readers at any moment. One that
  /// looks for fake heads loads more often: a reader that saw the even word of a fake head, and looks
  /// for `PG_head` only after it has become a tail again, takes the tail for a head.
  ///
  /// - Throws: ``VmemmapError/system(attempt:errno:)`` when memory runs out, with the folios before
  ///   that one restored and the others still optimised.
  ///
  /// The corresponding kernel function is `hugetlb_vmemmap_restore_folios()`.
  public mutating func restore(folios heads: some Sequence<PageFrameNumber>) throws(VmemmapError) {
    for pfn in heads where optimizedFolios.contains(pfn) {
      try restore(folio: pfn)
      optimizedFolios.remove(pfn)
    }
  }

  private func restore(folio pfn: PageFrameNumber) throws(VmemmapError) {
    let head = self[pfn]
    let order = head.folioOrder
    let tails = tailVmemmapPages(of: head, order: order)
    let second = try SystemCall.map(
      at: 0, length: tails.length, protection: PROT_READ | PROT_WRITE,
      flags: MAP_SHARED, file: reservation.file, offset: tails.offset)
    defer { SystemCall.unmap(second, length: tails.length) }
    try SystemCall.advise(
      second, length: tails.length, Advice.populateWrite,
      "allocate \(tails.length) bytes to restore the struct pages of pfn \(pfn)")
    let word = format.compoundInfo(head: head, order: order)
    let flags = head.flags.zoneAndNode
    for entry in 0..<tails.length / Page.size {
      Page(address: second).advanced(by: entry).initializeTail(flags: flags, compoundInfo: word)
    }
    _ = try SystemCall.map(
      at: tails.address, length: tails.length, protection: PROT_READ | PROT_WRITE,
      flags: MAP_SHARED | MAP_FIXED | MAP_POPULATE, file: reservation.file, offset: tails.offset)
  }
}

extension MemoryMap {
  private func optimizableOrder(of pfn: PageFrameNumber) throws(VmemmapError) -> Int {
    guard format.sharedTails != nil else {
      throw .noOptimization(format: format.name, structPageSize: format.structPageSize)
    }
    guard pfn >= 0 && pfn < pageCount else {
      throw .pageOutOfRange(pfn: pfn, pageCount: pageCount)
    }
    let page = self[pfn]
    let order = page.folioOrder
    // A fake head shows its folio's order, but does not stand at a multiple of it.
    guard page.compoundInfo & 1 == 0 && pfn & (1 << order - 1) == 0 else {
      throw .notAHead(pfn: pfn)
    }
    guard order >= Order.smallestOptimizable else {
      throw .orderOutOfRange(order: order, range: Order.smallestOptimizable...Order.maximum)
    }
    return order
  }

  private func fileOffset(of page: Page) -> Int {
    Int(page.address - base)
  }

  /// The vmemmap pages of a folio but for the first: where they are, and where their backing is.
  private func tailVmemmapPages(
    of head: Page, order: Int
  ) -> (address: UInt, offset: Int, length: Int) {
    let offset = fileOffset(of: head) + basePageSize
    return (
      head.address + UInt(basePageSize), offset, (Page.size << order) - basePageSize
    )
  }
}
