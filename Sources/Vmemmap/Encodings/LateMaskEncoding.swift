/// Masks as Linux 7.3 and later prepare them: `private` of a tail is checked to be 0 by debugging kernels,
/// and no longer stored.
@frozen
public enum LateHeadMaskFormat: TailFormat {
  public static var name: String { "mask_7_3" }

  @inlinable @inline(__always)
  public static func compoundInfo(head: Page, order: Int) -> UInt {
    HeadMaskFormat.compoundInfo(head: head, order: order)
  }

  public static func head(of page: Page, compoundInfo word: UInt) -> Page {
    HeadMaskFormat.head(of: page, compoundInfo: word)
  }

  public static var needsNaturalAlignment: Bool { true }

  public static var sharedTails: SharedTails? { .template }

  @inlinable @inline(__always)
  public static var clearsTailPrivate: Bool { false }
}

/// The mask over such tails: ``MaskEncoding`` in all but `prep_compound_page()`.
@frozen
public enum LateMaskEncoding: CompoundEncoding {
  public typealias Format = LateHeadMaskFormat

  public static var name: String { Format.name }

  public static var summary: String { "the mask, tails' private not stored" }

  public static var role: ArmRole { .new }

  public static var kernels: String? { "7.3 and later" }

  public static var hvoStates: Set<HVOState> { Set(HVOState.allCases) }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page { MaskEncoding.compoundHead(page) }

  @inlinable @inline(__always)
  public static func isTail(_ page: Page) -> Bool { MaskEncoding.isTail(page) }

  @inlinable @inline(__always)
  public static func isHead(_ page: Page) -> Bool { MaskEncoding.isHead(page) }
}
