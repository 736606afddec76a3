import Glibc

/// One page of identical tails, shared by all optimised folios of one order in one zone of a node.
///
/// 64 entries with the tail's word, zone and node, `_mapcount` -1, and a reference count of 0. Made
/// on first use and never freed, as in the kernel.
///
/// The corresponding kernel code is `vmemmap_get_tail()` (Linux 7.1).
struct TailTemplate: Equatable {
  let flags: PageFlags
  let order: Int
}

extension MemoryMap {
  /// The number of templates in use; each costs 4 KiB.
  public var templateCount: Int { templates.count }

  /// The offset in the file of the template for the tails of `order` with these flags, made now if
  /// there is none yet.
  mutating func templateOffset(
    order: Int, flags: PageFlags, head: Page
  ) throws(VmemmapError) -> Int {
    let template = TailTemplate(flags: flags, order: order)
    if let index = templates.firstIndex(of: template) { return offset(ofTemplate: index) }
    guard templates.count < MemoryMap.maximumTemplates else {
      throw .outOfBounds(
        what: "more than \(MemoryMap.maximumTemplates) pairs of zone and order need a template; "
          + "split the memory into several maps")
    }
    let offset = offset(ofTemplate: templates.count)
    let address = base + UInt(offset)
    try SystemCall.advise(
      address, length: basePageSize, Advice.populateWrite, "allocate a page of tail templates")
    let word = format.compoundInfo(head: head, order: order)
    for entry in 0..<structPagesPerVmemmapPage {
      Page(address: address).advanced(by: entry).initializeTail(flags: flags, compoundInfo: word)
    }
    templates.append(template)
    return offset
  }

  private func offset(ofTemplate index: Int) -> Int {
    templateOffset + index * basePageSize
  }
}
