import Glibc

/// One page of identical tails, shared by all optimised folios of one order in one zone of a node.
///
/// 64 entries with the tail's word, zone and node, `_mapcount` -1, and a reference count of 0. Made
/// on first use and never freed, as in the kernel.
///
/// The corresponding kernel code is `vmemmap_get_tail()` (Linux 7.1).
struct TailTemplate: Equatable {
  /// The format's name: a map can be prepared anew in another one.
  let format: String
  /// Nothing but zone and node, or of a node-wide template nothing but the node.
  let flags: PageFlags
  let order: Int
}

extension MemoryMap {
  /// The number of templates in use; each costs 4 KiB.
  public var templateCount: Int { templates.count }

  /// The offset in the file of the template for the tails of a compound page, made now if there is
  /// none yet.
  mutating func templateOffset(head: Page, order: Int) throws(VmemmapError) -> Int {
    let flags =
      format.sharedTails == .nodeTemplate
      ? PageFlags(zone: .dma, node: head.flags.node) : head.flags.zoneAndNode
    let template = TailTemplate(format: format.name, flags: flags, order: order)
    if let index = templates.firstIndex(of: template) { return offset(ofTemplate: index) }
    guard templates.count < MemoryMap.maximumTemplates else {
      throw .tooManyTemplates(limit: MemoryMap.maximumTemplates)
    }
    let offset = offset(ofTemplate: templates.count)
    let address = base + UInt(offset)
    if bindsToNodes {
      try SystemCall.bind(address, length: basePageSize, node: flags.node)
    }
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
    templateAreaOffset + index * basePageSize
  }
}
