public import CVmemmap

/// Tails hold the address of their head plus 1. Up to Linux 7.0, and since then where the size of a
/// struct page is not a power of two.
@frozen
public enum HeadPointerFormat: TailFormat {
  public static var name: String { "pointer" }

  @inlinable @inline(__always)
  public static func compoundInfo(head: Page, order: Int) -> UInt {
    head.address &+ 1
  }

  public static func head(of page: Page, compoundInfo word: UInt) -> Page {
    word & 1 == 0 ? page : Page(address: word &- 1)
  }

  public static var needsNaturalAlignment: Bool { false }

  public static var sharedTails: SharedTails? { .firstVmemmapPage }
}

/// The pointer followed with one branch and no fake-head test: kernels before HVO, or built without.
///
/// Under HVO in the old layout it takes a fake head for a head: the bug that the test of
/// ``FakeHeadEncoding`` is there for.
@frozen
public enum PointerEncoding: CompoundEncoding {
  public typealias Format = HeadPointerFormat

  public static var name: String { "pointer" }

  public static var summary: String { "the head's address + 1, by one branch" }

  public static var role: ArmRole { .old }

  public static var kernels: String? { "without HVO" }

  public static var hvoStates: Set<HVOState> { [.off, .elsewhere] }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page {
    let word = page.compoundInfo
    if _slowPath(word & 1 != 0) {
      // Unlikely, as the kernel has it; without this the compiler makes the branch a cmov.
      cvm_keep_branch()
      return Page(address: word &- 1)
    }
    return page
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
