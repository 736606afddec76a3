/// The memory that a HugeTLB page's struct pages take, by arithmetic.
///
/// The same in the old and the new layout, but for the templates of the new one: 4 KiB for each zone
/// and order in use, however many huge pages there are.
public struct VmemmapFootprint: Equatable, Sendable {
  /// The huge page's order, ``Order/smallestOptimizable`` or more.
  public let order: Int

  public init(order: Int) {
    precondition(order >= Order.smallestOptimizable, "HVO does not apply to order \(order)")
    self.order = order
  }

  /// Without HVO, in bytes.
  public var totalBytes: Int { Page.size << order }
  /// What HVO keeps, in bytes: the first vmemmap page.
  public var keptBytes: Int { basePageSize }
  /// What HVO gives back, in bytes.
  public var savedBytes: Int { totalBytes - keptBytes }

  /// The huge pages of this order that so much memory holds.
  public func count(inBytes memory: Int) -> Int { memory / (basePageSize << order) }
}
