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
  public static func mappings(
    forOptimizedOrder order: Int, _ geometry: PageGeometry = .standard
  ) -> Int {
    geometry.vmemmapPages(ofOrder: order)
  }

  /// Optimises folios: maps their tail vmemmap pages to what is shared, then frees what was behind.
  ///
  /// First all folios are remapped, then all of what was behind them is given back. Readers at any
  /// moment see either the old or the new page, with the same answers, as long as the decoding allows
  /// for it. Optimising an optimised folio does nothing. Costs about 4 us for each vmemmap page.
  ///
  /// - Parameters:
  ///   - heads: page frames of heads whose order is ``PageGeometry/smallestOptimizableOrder`` or more.
  ///   - waitsForReaders: whether in the old layout a grace period goes by before the first folio is
  ///     remapped, one for all of them as in the kernel: who has found a page to be no fake head must
  ///     not store to it when it has become one. The new layout needs none.
  /// - Throws: Before anything is changed, ``VmemmapError/noOptimization(format:structPageSize:)``,
  ///   ``VmemmapError/pageOutOfRange(pfn:pageCount:)``,
  ///   ``VmemmapError/notAHead(pfn:)``, ``VmemmapError/orderOutOfRange(order:range:)``,
  ///   ``VmemmapError/tooManyTemplates(limit:)`` and ``VmemmapError/builtWithoutLiburcu``; templates
  ///   that were made stay. Later ``VmemmapError/tooManyMappings(needed:inUse:limit:)``, and
  ///   ``VmemmapError/system(attempt:errno:)`` when another call fails. What was not yet given back is
  ///   then mapped as before: after too many mappings, all folios. ``optimizedFolios`` says which are
  ///   optimised.
  ///
  /// The corresponding kernel function is `hugetlb_vmemmap_optimize_folios()`.
  public mutating func optimize(
    folios heads: some Sequence<PageFrameNumber>, waitsForReaders: Bool = false
  ) throws(VmemmapError) {
    let sharedTails = try MemoryMap.sharedTails(of: format)
    var folios: [TailVmemmapPages] = []
    var seen: Set<PageFrameNumber> = []
    for pfn in heads where !optimizedFolios.contains(pfn) && seen.insert(pfn).inserted {
      folios.append(tailVmemmapPages(of: pfn, order: try optimizableOrder(of: pfn)))
    }
    guard !folios.isEmpty else { return }
    for index in folios.indices {
      folios[index].sharedOffset = try offset(of: sharedTails, for: folios[index])
    }
    // Not later, when mappings may have run out and more memory may take one.
    optimizedFolios.reserveCapacity(optimizedFolios.count + folios.count)

    do throws(VmemmapError) {
      try holdStaticKey(for: optimizedFolios.count + folios.count)
      if waitsForReaders && isOldLayout { try GracePeriod.synchronize() }
      try remapAndFree(folios)
    } catch {
      // A key that can't be turned off stays on, with which every answer is right.
      try? holdStaticKey(for: optimizedFolios.count)
      if case .system(_, .noMemory) = error {
        try MappingLimit.check(
          needed: folios.reduce(0) {
            $0 + MemoryMap.mappings(forOptimizedOrder: $1.order, geometry)
          })
      }
      throw error
    }
  }

  /// Undoes ``optimize(folios:waitsForReaders:)``: gives each folio its own struct pages again.
  ///
  /// Fresh pages are filled in the memory file and then mapped read-write, so that readers never see
  /// an unfilled one. A folio that is not optimised is left alone.
  ///
  /// An encoding that loads once, like ``MaskEncoding``, is right for readers at any moment. One that
  /// looks for fake heads loads more often: a reader that saw the even word of a fake head, and looks
  /// for `PG_head` only after it has become a tail again, takes the tail for a head.
  ///
  /// - Parameter waitsForReaders: whether in the old layout a grace period goes by before the first
  ///   folio is remapped, one for all of them as in the kernel.
  /// - Throws: ``VmemmapError/builtWithoutLiburcu`` before anything is changed, and
  ///   ``VmemmapError/system(attempt:errno:)`` when memory runs out, with the folios before that one
  ///   restored and the others still optimised. Mappings do not run out.
  ///
  /// The corresponding kernel function is `hugetlb_vmemmap_restore_folios()`.
  public mutating func restore(
    folios heads: some Sequence<PageFrameNumber>, waitsForReaders: Bool = false
  ) throws(VmemmapError) {
    let heads = heads.filter { optimizedFolios.contains($0) }
    guard !heads.isEmpty else { return }
    if waitsForReaders && isOldLayout { try GracePeriod.synchronize() }
    do throws(VmemmapError) {
      for pfn in heads where optimizedFolios.contains(pfn) {
        try restore(tailVmemmapPages(of: pfn, order: self[pfn].folioOrder))
      }
    } catch {
      try? holdStaticKey(for: optimizedFolios.count)
      throw error
    }
    try holdStaticKey(for: optimizedFolios.count)
  }
}

// MARK: - One folio

/// The vmemmap pages of a folio but for the first.
private struct TailVmemmapPages {
  let pfn: PageFrameNumber
  let order: Int
  let addresses: Range<UInt>
  /// Where in the file the memory is that is their own.
  let offset: Int
  /// Where in the file the page is that they are mapped to while the folio is optimised.
  var sharedOffset = 0

  var length: Int { addresses.count }
}

extension MemoryMap {
  private mutating func remapAndFree(_ folios: [TailVmemmapPages]) throws(VmemmapError) {
    var remapped = 0
    var freed = 0
    do throws(VmemmapError) {
      while remapped < folios.count {
        try alias(folios[remapped])
        remapped += 1
      }
      while freed < folios.count {
        try free(folios[freed])
        freed += 1
      }
    } catch {
      for folio in folios[freed..<remapped] { unalias(folio, upTo: folio.addresses.upperBound) }
      throw error
    }
  }

  private mutating func alias(_ folio: TailVmemmapPages) throws(VmemmapError) {
    optimizedFolios.insert(folio.pfn)
    var address = folio.addresses.lowerBound
    do throws(VmemmapError) {
      while address < folio.addresses.upperBound {
        try mapVmemmapPage(address, to: folio.sharedOffset, protection: PROT_READ)
        address += UInt(geometry.basePageSize)
      }
    } catch {
      unalias(folio, upTo: address)
      throw error
    }
  }

  /// Undoes what was aliased of a folio whose own memory was not given back.
  private mutating func unalias(_ folio: TailVmemmapPages, upTo end: UInt) {
    do throws(VmemmapError) {
      if end > folio.addresses.lowerBound { try mapOwn(folio.addresses.lowerBound..<end) }
      optimizedFolios.remove(folio.pfn)
    } catch {
      // With some aliases, of which readers know nothing; they are undone when it is restored.
      unfreedFolios.insert(folio.pfn)
    }
  }

  private mutating func restore(_ folio: TailVmemmapPages) throws(VmemmapError) {
    do throws(VmemmapError) {
      try fill(folio)
      try mapOwn(folio.addresses, populate: true)
    } catch {
      if !unfreedFolios.contains(folio.pfn) { try? free(folio) }
      throw error
    }
    optimizedFolios.remove(folio.pfn)
    unfreedFolios.remove(folio.pfn)
  }

  /// Writes a folio's tails to the memory that is their own, allocated now if it is not there.
  private func fill(_ folio: TailVmemmapPages) throws(VmemmapError) {
    let head = self[folio.pfn]
    let word = format.compoundInfo(head: head, order: folio.order)
    let flags = head.flags.zoneAndNode
    let result = unsafe withUnsafeTemporaryAllocation(
      byteCount: geometry.basePageSize, alignment: geometry.basePageSize
    ) { page in
      let first = Page(address: UInt(bitPattern: page.baseAddress))
      for entry in 0..<geometry.structPagesPerVmemmapPage {
        first.advanced(by: entry).initializeTail(flags: flags, compoundInfo: word)
      }
      return Result { () throws(VmemmapError) in
        for offset in stride(from: 0, to: folio.length, by: geometry.basePageSize) {
          try unsafe SystemCall.write(
            UnsafeRawBufferPointer(page), to: reservation.file, offset: folio.offset + offset)
        }
      }
    }
    try result.get()
  }

  private func free(_ folio: TailVmemmapPages) throws(VmemmapError) {
    try SystemCall.punchHole(reservation.file, offset: folio.offset, length: folio.length)
  }

  /// Maps vmemmap pages, all of which are aliases, to the memory that is their own.
  func mapOwn(_ addresses: Range<UInt>, populate: Bool = false) throws(VmemmapError) {
    func map() throws(VmemmapError) {
      _ = try SystemCall.map(
        at: addresses.lowerBound, length: addresses.count, protection: PROT_READ | PROT_WRITE,
        flags: MAP_SHARED | MAP_FIXED | (populate ? MAP_POPULATE : 0), file: reservation.file,
        offset: Int(addresses.lowerBound - base))
      // The same advice makes one mapping of them and their neighbours.
      if mappingSize == .base {
        _ = try? SystemCall.advise(
          addresses.lowerBound, length: addresses.count, MADV_NOHUGEPAGE, "do without huge pages")
      }
    }
    do throws(VmemmapError) {
      try map()
    } catch {
      guard (try? reservation.spareMapping.release()) != nil else { throw error }
      defer { try? reservation.spareMapping.holdBack() }
      try map()
    }
  }
}

extension MemoryMap {
  private var isOldLayout: Bool { format.sharedTails == .firstVmemmapPage }

  private mutating func holdStaticKey(for folios: Int) throws(VmemmapError) {
    if holdsStaticKey && isOldLayout { try staticKeyHold.set(folios) }
  }

  /// Maps a vmemmap page to a page of the memory file that others are mapped to as well.
  func mapVmemmapPage(
    _ address: UInt, to offset: Int, protection: Int32
  ) throws(VmemmapError) {
    _ = try SystemCall.map(
      at: address, length: geometry.basePageSize, protection: protection,
      flags: MAP_SHARED | MAP_FIXED | MAP_POPULATE, file: reservation.file, offset: offset)
  }

  private func optimizableOrder(of pfn: PageFrameNumber) throws(VmemmapError) -> Int {
    let order = try compoundOrder(ofHead: pfn)
    guard let smallest = geometry.smallestOptimizableOrder, order >= smallest else {
      throw .orderOutOfRange(
        order: order,
        range: (geometry.smallestOptimizableOrder ?? 0)...geometry.maximumOrder)
    }
    return order
  }

  /// The order of the compound page that a page frame heads, 0 for a page of its own.
  ///
  /// - Throws: ``VmemmapError/noOptimization(format:structPageSize:)``,
  ///   ``VmemmapError/pageOutOfRange(pfn:pageCount:)``, ``VmemmapError/notAHead(pfn:)``, and
  ///   ``VmemmapError/deviceMemory(pfn:)`` for what no HugeTLB page can be made of.
  func compoundOrder(ofHead pfn: PageFrameNumber) throws(VmemmapError) -> Int {
    _ = try MemoryMap.sharedTails(of: format)
    guard pfn >= 0 && pfn < pageCount else {
      throw .pageOutOfRange(pfn: pfn, pageCount: pageCount)
    }
    guard !deviceMemory.contains(pfn) else { throw .deviceMemory(pfn: pfn) }
    let page = self[pfn]
    let order = page.folioOrder
    // A fake head shows its folio's order, but does not stand at a multiple of it.
    guard page.compoundInfo & 1 == 0 && pfn & (1 << order - 1) == 0 else {
      throw .notAHead(pfn: pfn)
    }
    return order
  }

  private func tailVmemmapPages(of pfn: PageFrameNumber, order: Int) -> TailVmemmapPages {
    let start = self[pfn].address + UInt(geometry.basePageSize)
    return TailVmemmapPages(
      pfn: pfn, order: order, addresses: start..<self[pfn].address + UInt(Page.size << order),
      offset: Int(start - base))
  }

  static func sharedTails(
    of format: any TailFormat.Type
  ) throws(VmemmapError) -> SharedTails {
    guard let sharedTails = format.sharedTails else {
      throw .noOptimization(format: format.name, structPageSize: format.structPageSize)
    }
    return sharedTails
  }

  /// Where in the file the page is that a folio's tails are mapped to.
  private func offset(
    of sharedTails: SharedTails, for folio: TailVmemmapPages
  ) throws(VmemmapError) -> Int {
    switch sharedTails {
    case .firstVmemmapPage: folio.offset - geometry.basePageSize
    case .template, .nodeTemplate: try templateOffset(head: self[folio.pfn], order: folio.order)
    }
  }
}
