import Glibc

/// The vmemmap pages of a folio but for the first.
struct TailVmemmapPages {
  let pfn: PageFrameNumber
  let order: Int
  let addresses: Range<UInt>
  /// Where in the file the memory is that is their own.
  let offset: Int
  /// Where in the file the page is that they are mapped to while the folio is optimised.
  var sharedOffset = 0
  /// How many bytes at their end are mapped writable nevertheless.
  var writableLength = 0

  var length: Int { addresses.count }
}

extension MemoryMap {
  mutating func remapAndFree(_ folios: [TailVmemmapPages]) throws(VmemmapError) {
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
    let writable = folio.addresses.upperBound - UInt(folio.writableLength)
    do throws(VmemmapError) {
      while address < folio.addresses.upperBound {
        try mapVmemmapPage(
          address, to: folio.sharedOffset,
          protection: address < writable ? PROT_READ : PROT_READ | PROT_WRITE)
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

  mutating func restore(_ folio: TailVmemmapPages) throws(VmemmapError) {
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
    let head = unsafe self[folio.pfn]
    let word = format.compoundInfo(head: head, order: folio.order)
    // Linux 7.1 copies the last tail of the vmemmap page that was kept, not one of the template.
    let flags = head.flags.zoneAndNode.union(.noLastCPUPID)
    let result = unsafe withUnsafeTemporaryAllocation(
      byteCount: geometry.basePageSize, alignment: geometry.basePageSize
    ) { page in
      let first = Page(address: UInt(bitPattern: page.baseAddress))
      for entry in 0..<geometry.structPagesPerVmemmapPage {
        first.advanced(by: entry).initializeTail(
          flags: flags, compoundInfo: word, referenceCount: format.frozenReferenceCount)
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
  var isOldLayout: Bool { format.sharedTails == .firstVmemmapPage }

  mutating func holdStaticKey(for folios: Int) throws(VmemmapError) {
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

  func optimizableOrder(of pfn: PageFrameNumber) throws(VmemmapError) -> Int {
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
    let page = unsafe self[pfn]
    let order = page.folioOrder
    // A fake head shows its folio's order, but does not stand at a multiple of it.
    guard page.compoundInfo & 1 == 0 && pfn & (1 << order - 1) == 0 else {
      throw .notAHead(pfn: pfn)
    }
    return order
  }

  func tailVmemmapPages(of pfn: PageFrameNumber, order: Int) -> TailVmemmapPages {
    let head = unsafe self[pfn]
    let start = head.address + UInt(geometry.basePageSize)
    return TailVmemmapPages(
      pfn: pfn, order: order, addresses: start..<head.address + UInt(Page.size << order),
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
  func offset(
    of sharedTails: SharedTails, for folio: TailVmemmapPages
  ) throws(VmemmapError) -> Int {
    switch sharedTails {
    case .firstVmemmapPage: folio.offset - geometry.basePageSize
    case .template, .nodeTemplate:
      try unsafe templateOffset(head: self[folio.pfn], order: folio.order)
    }
  }
}
