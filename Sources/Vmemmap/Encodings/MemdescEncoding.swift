/// A `sizeof(struct page)` that the plans for memory descriptors go through.
public protocol MemdescStructPage: SendableMetatype {
  /// In bytes.
  static var bytes: Int { get }
  /// What the size adds to an encoding's name.
  static var suffix: String { get }
}

/// Today's size: only the word is a descriptor's.
@frozen
public enum MemdescStructPage64: MemdescStructPage {
  @inlinable @inline(__always)
  public static var bytes: Int { 64 }
  public static var suffix: String { "" }
}

/// Half of it: two struct pages in a cache line.
@frozen
public enum MemdescStructPage32: MemdescStructPage {
  @inlinable @inline(__always)
  public static var bytes: Int { 32 }
  public static var suffix: String { "_32" }
}

/// Every struct page, the first one and those of order 0 too, holds a pointer to a folio that is
/// allocated apart, with the kind of descriptor in the low bits. The design after masks.
///
/// The folio has flags, count and the first struct page's address; at the offsets of a struct page, so
/// that one type reads both:
///
///     struct page             folio, 128 bytes
///     | 8: folio | kind |──►  | 0: flags | 16: first struct page | 24: order | 52: count |
///
/// All tails of a folio are alike, but those of two folios are not.
@frozen
public enum MemdescFormat<StructPage: MemdescStructPage>: TailFormat {
  public static var name: String { "memdesc\(StructPage.suffix)" }

  @inlinable @inline(__always)
  public static var structPageSize: Int { StructPage.bytes }

  @inlinable @inline(__always)
  public static var folioSize: Int { 128 }

  /// The kind of descriptor that a folio is; bit 0 is left to tail marks.
  @inlinable @inline(__always)
  static var kind: UInt { 2 }

  /// The bits of the word that hold the kind.
  @inlinable @inline(__always)
  static var kindMask: UInt { 15 }

  @inlinable @inline(__always)
  public static func compoundInfo(head: Page, order: Int) -> UInt { head.address | kind }

  @inlinable @inline(__always)
  public static func head(ofFirst first: Page) -> Page {
    Page(address: first.compoundInfo & ~kindMask)
  }

  public static func head(of page: Page, compoundInfo word: UInt) -> Page {
    Page(address: word & ~kindMask)
  }

  @inlinable @inline(__always)
  public static func setFolio(_ folio: Page, first: Page, order: Int) {
    folio.lruPrevious = first.address
    folio.mapping = UInt(order)
    first.compoundInfo = compoundInfo(head: folio, order: order)
  }

  public static var needsNaturalAlignment: Bool { false }

  public static var sharedTails: SharedTails? { nil }
}

/// One load and one mask, for tails and heads alike; flags and count are a further access away.
@frozen
public enum MemdescEncoding<StructPage: MemdescStructPage>: CompoundEncoding {
  public typealias Format = MemdescFormat<StructPage>

  public static var name: String { Format.name }

  public static var summary: String {
    "a pointer to a folio that lies apart; struct pages of \(StructPage.bytes) bytes"
  }

  public static var role: ArmRole { .whatIf }

  public static var kernels: String? { nil }

  public static var isInDefaultPlan: Bool { StructPage.bytes == Page.size }

  /// Whatever HVO does to other formats: struct pages of this one stay as they are.
  public static var hvoStates: Set<HVOState> { Set(HVOState.allCases) }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page { Format.head(ofFirst: page) }

  @inlinable @inline(__always)
  public static func isTail(_ page: Page) -> Bool {
    compoundHead(page).lruPrevious != page.address
  }

  @inlinable @inline(__always)
  public static func isHead(_ page: Page) -> Bool {
    let folio = compoundHead(page)
    return folio.lruPrevious == page.address && folio.flags.contains(.head)
  }

  @inlinable @inline(__always)
  public static func isCompound(_ page: Page) -> Bool {
    compoundHead(page).flags.contains(.head)
  }
}
