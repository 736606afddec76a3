public import CVmemmap

/// ``FakeHeadEncoding`` with page[1]'s answer chosen by a conditional move, as GCC compiles most of its
/// copies: 563 of 675 in a Linux 7.0 kernel of Debian's. The branch on the tail mark stays one.
@frozen
public enum CmovFakeHeadEncoding: CompoundEncoding {
  public typealias Format = HeadPointerFormat

  public static var name: String { "fakehead_cmov" }

  public static var summary: String { "fakehead, page[1]'s answer by cmov" }

  public static var role: ArmRole { .old }

  public static var kernels: String? { "up to 7.0 with HVO, by GCC in most places" }

  public static var hvoStates: Set<HVOState> { OptimizeVmemmapKey.hvoStates }

  public static var staticKey: (any StaticKey.Type)? { OptimizeVmemmapKey.self }

  public static var isInDefaultPlan: Bool { false }

  public static var isVariant: Bool { true }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page {
    let word = page.compoundInfo
    if _slowPath(word & 1 != 0) {
      cvm_keep_branch()
      return Page(address: word &- 1)
    }
    guard OptimizeVmemmapKey.isEnabled else { return page }
    guard page.address & UInt(bitPattern: basePageMask) == 0, page.flags.contains(.head) else {
      return page
    }
    cvm_keep_branch()
    let second = page.advanced(by: 1).compoundInfo
    return second & 1 != 0 ? Page(address: second &- 1) : page
  }

  @inlinable @inline(__always)
  public static func isTail(_ page: Page) -> Bool {
    FakeHeadEncoding<OptimizeVmemmapKey>.isTail(page)
  }

  @inlinable @inline(__always)
  public static func isHead(_ page: Page) -> Bool {
    FakeHeadEncoding<OptimizeVmemmapKey>.isHead(page)
  }
}
