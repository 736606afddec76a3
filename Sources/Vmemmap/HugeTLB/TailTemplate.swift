/// One page of identical tails, shared by all optimised folios of one order in one zone of a node.
///
/// A base page of entries (64 in 4 KiB) with the tail's word, zone and node, `_mapcount` -1, and a
/// reference count at which none can be taken. Made on first use and never freed, as in the kernel.
///
/// Of gigantic pages that are taken at boot the count may be 1: see
/// ``HugeBootmemPage/isWrittenByMemmapInit``.
///
/// The corresponding kernel code is `vmemmap_get_tail()` (Linux 7.1).
final class TailTemplate: Sendable {
  /// What a template is for.
  struct Key: Equatable {
    /// The tail format: a map can be prepared anew in another one.
    let format: ObjectIdentifier
    /// Nothing but zone and node, or of a node-wide template nothing but the node.
    let flags: PageFlags
    let order: Int
  }

  let key: Key
  /// Its page of the template area.
  let page: Int

  init(key: Key, page: Int) {
    self.key = key
    self.page = page
  }
}

extension MemoryMap {
  /// The number of templates in use; each costs a base page.
  public var templateCount: Int { templates.count }

  /// The offset in the file of the template for the tails of a compound page, made now if there is
  /// none yet.
  func templateOffset(head: Page, order: Int) throws(VmemmapError) -> Int {
    let flags =
      format.sharedTails == .nodeTemplate
      ? PageFlags(zone: .dma, node: head.flags.node) : head.flags.zoneAndNode
    return try templates.offset(
      for: TailTemplate.Key(
        format: ObjectIdentifier(format), flags: templateNode.flags(for: flags), order: order),
      compoundInfo: format.compoundInfo(head: head, order: order),
      referenceCount: format.frozenReferenceCount)
  }

  /// Leaves in the template what `memmap_init()` wrote through its aliases, and what making it a
  /// template afterwards does not touch: the count of an ordinary page, and that nobody touched it last.
  /// `lru.prev`, which it leaves too, is 0 here, as in all tails.
  ///
  /// The corresponding kernel functions are `__init_single_page()` and `init_compound_tail()`.
  func leaveMemmapInit(inTemplateOf head: Page, order: Int) throws(VmemmapError) {
    let first = Page(address: base + UInt(try templateOffset(head: head, order: order)))
    for entry in 0..<geometry.structPagesPerVmemmapPage {
      let tail = first.advanced(by: entry)
      tail.setReferenceCount(1)
      tail.flags.insert(.noLastCPUPID)
    }
  }
}
