public import CVmemmap

/// Tails hold a mask that leaves the head's address of their own. Since Linux 7.1, where the size of
/// a struct page is a power of two.
///
/// All ones from bit `order + log2(sizeof(struct page))` up, or 1 for the tail mark. The head's
/// address is not part of it, so that all tails of one order are alike wherever they are.
@frozen
public enum HeadMaskFormat: TailFormat {
  public static var name: String { "mask" }

  @inlinable @inline(__always)
  public static func compoundInfo(head: Page, order: Int) -> UInt {
    UInt.max << UInt(order &+ Page.shift) | 1
  }

  public static func head(of page: Page, compoundInfo word: UInt) -> Page {
    word & 1 == 0 ? page : Page(address: page.address & word)
  }

  public static var needsNaturalAlignment: Bool { true }

  public static var sharedTails: SharedTails? { .template }
}

/// The mask applied without a branch, as released in Linux 7.1.
@frozen
public enum MaskEncoding: CompoundEncoding {
  public typealias Format = HeadMaskFormat

  public static var name: String { "mask" }

  public static var summary: String { "a mask over the tail's own address" }

  public static var role: ArmRole { .new }

  public static var kernels: String? { "7.1 and later" }

  public static var hvoStates: Set<HVOState> { Set(HVOState.allCases) }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page {
    let word = page.compoundInfo
    // 0 for a tail, all ones for any other page, whose word may be any even value. The mask's own
    // bit 0 is harmless: an address has none.
    let all = (word & 1) &- 1
    return Page(address: page.address & (all | word))
  }

  @inlinable @inline(__always)
  public static func isTail(_ page: Page) -> Bool {
    page.compoundInfo & 1 != 0
  }

  @inlinable @inline(__always)
  public static func isHead(_ page: Page) -> Bool {
    page.flags.contains(.head)
  }
}

/// The mask applied behind a branch, as the series had it up to its last patches. In no release.
@frozen
public enum BranchyMaskEncoding: CompoundEncoding {
  public typealias Format = HeadMaskFormat

  public static var name: String { "mask_branchy" }

  public static var summary: String { "the mask behind a branch" }

  public static var role: ArmRole { .control }

  public static var kernels: String? { nil }

  public static var isInDefaultPlan: Bool { false }

  public static var isVariant: Bool { true }

  public static var hvoStates: Set<HVOState> { Set(HVOState.allCases) }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page {
    let word = page.compoundInfo
    if _slowPath(word & 1 != 0) {
      cvm_keep_branch()
      return Page(address: page.address & word)
    }
    return page
  }

  @inlinable @inline(__always)
  public static func isTail(_ page: Page) -> Bool {
    MaskEncoding.isTail(page)
  }

  @inlinable @inline(__always)
  public static func isHead(_ page: Page) -> Bool {
    MaskEncoding.isHead(page)
  }
}
