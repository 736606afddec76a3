/// Masks, with one template for each node and order: versions 2 to 6 of the series.
///
/// The template belongs to no zone, and so tails under HVO show none.
@frozen
public enum NodeTemplateMaskFormat: TailFormat {
  public static var name: String { "mask_node" }

  @inlinable @inline(__always)
  public static func compoundInfo(head: Page, order: Int) -> UInt {
    HeadMaskFormat.compoundInfo(head: head, order: order)
  }

  public static func head(of page: Page, compoundInfo word: UInt) -> Page {
    HeadMaskFormat.head(of: page, compoundInfo: word)
  }

  public static var needsNaturalAlignment: Bool { true }

  public static var sharedTails: SharedTails? { .nodeTemplate }
}

/// The mask, and `page_zonenum()` through the head, because a tail may not know its zone. In no
/// release.
@frozen
public enum NodeTemplateMaskEncoding: CompoundEncoding {
  public typealias Format = NodeTemplateMaskFormat

  public static var name: String { Format.name }

  public static var summary: String { "the mask, templates without a zone" }

  public static var role: ArmRole { .control }

  public static var kernels: String? { nil }

  public static var hvoStates: Set<HVOState> { Set(HVOState.allCases) }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page { MaskEncoding.compoundHead(page) }

  @inlinable @inline(__always)
  public static func isTail(_ page: Page) -> Bool { MaskEncoding.isTail(page) }

  @inlinable @inline(__always)
  public static func isHead(_ page: Page) -> Bool { MaskEncoding.isHead(page) }

  @inlinable @inline(__always)
  public static func zoneNumber(_ page: Page) -> Int { compoundHead(page).flags.zoneNumber }
}
