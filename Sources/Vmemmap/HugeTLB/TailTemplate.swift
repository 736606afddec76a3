/// One page of identical tails, shared by all optimised folios of one order in one zone of a node.
///
/// A base page of entries (64 in 4 KiB) with the tail's word, zone and node, `_mapcount` -1, and a
/// reference count of 0. Made on first use and never freed, as in the kernel.
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
      compoundInfo: format.compoundInfo(head: head, order: order))
  }
}
