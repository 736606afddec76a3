/// A `sizeof(struct page)` that some configuration of the kernel has and that is not a power of two.
public protocol StructPageSize: SendableMetatype {
  /// In bytes.
  static var bytes: Int { get }
}

/// Without `memcg_data`.
@frozen
public enum StructPage56: StructPageSize {
  @inlinable @inline(__always)
  public static var bytes: Int { 56 }
}

/// With the last CPU and process outside of the flags.
@frozen
public enum StructPage72: StructPageSize {
  @inlinable @inline(__always)
  public static var bytes: Int { 72 }
}

/// With KMSAN's shadow and origin.
@frozen
public enum StructPage80: StructPageSize {
  @inlinable @inline(__always)
  public static var bytes: Int { 80 }
}

/// With all of them.
@frozen
public enum StructPage96: StructPageSize {
  @inlinable @inline(__always)
  public static var bytes: Int { 96 }
}

/// The head's address plus 1 in struct pages of another size.
///
/// There is no mask, because folios' struct pages are not naturally aligned, and no HVO, because
/// vmemmap pages do not hold whole struct pages; since Linux 7.1, too.
@frozen
public enum SizedPointerFormat<Size: StructPageSize>: TailFormat {
  public static var name: String { "\(HeadPointerFormat.name)_\(Size.bytes)" }

  @inlinable @inline(__always)
  public static var structPageSize: Int { Size.bytes }

  @inlinable @inline(__always)
  public static func compoundInfo(head: Page, order: Int) -> UInt {
    HeadPointerFormat.compoundInfo(head: head, order: order)
  }

  public static func head(of page: Page, compoundInfo word: UInt) -> Page {
    HeadPointerFormat.head(of: page, compoundInfo: word)
  }

  public static var needsNaturalAlignment: Bool { false }

  public static var sharedTails: SharedTails? { nil }
}

/// The same code as ``PointerEncoding``, over struct pages some of which lie in two cache lines.
@frozen
public enum SizedPointerEncoding<Size: StructPageSize>: CompoundEncoding {
  public typealias Format = SizedPointerFormat<Size>

  public static var name: String { Format.name }

  public static var summary: String { "pointer, some struct pages in two lines" }

  public static var hvoStates: Set<HVOState> { [.off] }

  public static var role: ArmRole { .old }

  public static var kernels: String? { "with struct pages of \(Size.bytes) bytes" }

  public static var isInDefaultPlan: Bool { false }

  public static var isVariant: Bool { true }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page { PointerEncoding.compoundHead(page) }

  @inlinable @inline(__always)
  public static func isTail(_ page: Page) -> Bool { PointerEncoding.isTail(page) }

  @inlinable @inline(__always)
  public static func isHead(_ page: Page) -> Bool { PointerEncoding.isHead(page) }
}
