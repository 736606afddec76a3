public import CVmemmap

/// The pointer followed by a kernel with HVO, which must tell fake heads from real ones.
///
/// In the old layout HVO maps the vmemmap pages of a folio to the first of them. The struct page at
/// the start of each of the others is then the head's own, seen at another address: a *fake head*,
/// with `PG_head` set and an even word. Kernels with HVO up to Linux 7.0.
@frozen
public enum FakeHeadEncoding<Key: StaticKey>: CompoundEncoding {
  public typealias Format = HeadPointerFormat

  public static var name: String { "fakehead\(Key.suffix)" }

  public static var summary: String {
    "the head's address + 1, a test for fake heads\(Key.remark)"
  }

  public static var role: ArmRole { Key.isConstant ? .control : .old }

  public static var kernels: String? { Key.isConstant ? nil : "up to 7.0 with HVO" }

  public static var hvoStates: Set<HVOState> { Key.hvoStates }

  public static var staticKey: (any StaticKey.Type)? { Key.self }

  public static var isInDefaultPlan: Bool { !Key.isConstant }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page {
    compoundHead(page, basePageMask: Vmemmap.basePageMask)
  }

  /// The same where vmemmap pages are of another size than 4 KiB: `basePageMask` is the size less 1.
  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page, basePageMask: Int) -> Page {
    let word = page.compoundInfo
    if _slowPath(word & 1 != 0) {
      cvm_keep_branch()
      return Page(address: word &- 1)
    }
    return headUnlessFake(page, basePageMask: basePageMask)
  }

  /// The real head of a page whose word is even.
  ///
  /// A head whose struct page starts a vmemmap page, real or fake, is followed by page[1], whose word
  /// names the real head either way: right for both, and paid for by both with a second load.
  ///
  /// The corresponding kernel function is `page_fixed_fake_head()`.
  @inlinable @inline(__always)
  static func headUnlessFake(_ page: Page, basePageMask: Int) -> Page {
    guard Key.isEnabled else { return page }
    if page.address & UInt(bitPattern: basePageMask) == 0 && page.flags.contains(.head) {
      cvm_keep_branch()
      let second = page.advanced(by: 1).compoundInfo
      if _fastPath(second & 1 != 0) {
        cvm_keep_branch()
        return Page(address: second &- 1)
      }
    }
    return page
  }

  /// Whether `page` shows a head's struct page at another address than the head's.
  ///
  /// The corresponding kernel function is `page_is_fake_head()`.
  @inlinable @inline(__always)
  public static func isFakeHead(_ page: Page) -> Bool {
    headUnlessFake(page, basePageMask: Vmemmap.basePageMask) != page
  }

  @inlinable @inline(__always)
  public static func isTail(_ page: Page) -> Bool {
    page.compoundInfo & 1 != 0 || isFakeHead(page)
  }

  @inlinable @inline(__always)
  public static func isHead(_ page: Page) -> Bool {
    page.flags.contains(.head) && !isFakeHead(page)
  }
}
