/// The pointer followed with a conditional move, as GCC compiles `compound_head()` of a kernel without
/// HVO: the tail is marked unlikely, but without a test for fake heads each way out is a register.
///
/// Nothing is predicted: no mix is slow, and no page's head is known before its word was loaded.
@frozen
public enum CmovPointerEncoding: CompoundEncoding {
  public typealias Format = HeadPointerFormat

  public static var name: String { "pointer_cmov" }

  public static var summary: String { "the head's address + 1, by cmov" }

  public static var role: ArmRole { .old }

  public static var kernels: String? { "without HVO, by GCC" }

  public static var hvoStates: Set<HVOState> { PointerEncoding.hvoStates }

  public static var isVariant: Bool { true }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page {
    let word = page.compoundInfo
    return word & 1 != 0 ? Page(address: word &- 1) : page
  }

  @inlinable @inline(__always)
  public static func isTail(_ page: Page) -> Bool { PointerEncoding.isTail(page) }

  @inlinable @inline(__always)
  public static func isHead(_ page: Page) -> Bool { PointerEncoding.isHead(page) }
}
