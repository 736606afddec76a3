/// A page frame number: the index of a page of modelled memory, and of its struct page in the map.
public typealias PageFrameNumber = Int

/// A run of modelled pages that belong to one zone of one node.
public struct MemorySection: Hashable, Sendable {
  /// 0 to ``PageFlags/maximumNodes`` - 1.
  public let node: Int
  public let zone: Zone
  /// The number of pages; a multiple of ``structPagesPerVmemmapPage``.
  public let pages: Int

  public init(node: Int = 0, zone: Zone = .normal, pages: Int) {
    self.node = node
    self.zone = zone
    self.pages = pages
  }
}
