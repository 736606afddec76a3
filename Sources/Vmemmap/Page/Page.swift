public import CVmemmap

/// One `struct page`, known by its address in the memory map.
///
/// A frozen one-word value; copying it copies the address, never the 64 bytes behind it. Every field
/// is read and written with exactly one volatile access, because HVO maps one physical page at many
/// addresses and the compiler takes different addresses for different memory.
///
/// The address must lie in a populated ``MemoryMap`` (or in memory laid out like one); fields of an
/// address outside of it fault like any wild pointer. Stores to a tail whose struct page HVO
/// has aliased fault, because the alias is read-only.
///
/// The corresponding kernel type is `struct page` (x86-64, 64 bytes).
@frozen
public struct Page: Hashable, Sendable {
  /// The address of the struct page, in bytes. Bit 0 is always clear.
  public let address: UInt

  @inlinable @inline(__always)
  public init(address: UInt) {
    self.address = address
  }

  /// The struct page `count` struct pages of 64 bytes further.
  ///
  /// The corresponding kernel expression is `page + count`.
  @inlinable @inline(__always)
  public func advanced(by count: Int) -> Page {
    advanced(by: count, size: Page.size)
  }

  /// The struct page `count` struct pages of `size` bytes further.
  @inlinable @inline(__always)
  public func advanced(by count: Int, size: Int) -> Page {
    Page(address: address &+ UInt(bitPattern: count &* size))
  }
}

// MARK: - Size and offsets

extension Page {
  /// `sizeof(struct page)` on x86-64 with the common configuration, in bytes.
  @inlinable @inline(__always)
  public static var size: Int { 64 }

  /// The binary logarithm of ``size``.
  @inlinable @inline(__always)
  public static var shift: Int { 6 }

  /// Where the fields lie, in bytes from the start of the struct page.
  ///
  /// The offsets are those of Linux 6.12 to 7.1 on x86-64.
  @frozen
  public enum Offset {
    @inlinable @inline(__always) public static var flags: UInt { 0 }
    /// `compound_head`, since 7.1 `compound_info`; overlays `lru.next`.
    @inlinable @inline(__always) public static var compoundInfo: UInt { 8 }
    /// `lru.prev`.
    @inlinable @inline(__always) public static var lruPrevious: UInt { 16 }
    @inlinable @inline(__always) public static var mapping: UInt { 24 }
    @inlinable @inline(__always) public static var index: UInt { 32 }
    @inlinable @inline(__always) public static var privateData: UInt { 40 }
    /// `_mapcount`, or `page_type` for pages that are never mapped.
    @inlinable @inline(__always) public static var mapcount: UInt { 48 }
    @inlinable @inline(__always) public static var refcount: UInt { 52 }
    @inlinable @inline(__always) public static var memcgData: UInt { 56 }
  }
}

// MARK: - Fields

extension Page {
  /// `flags`: the named page flags in the low bits, zone and node at the high end.
  @inlinable @inline(__always)
  public var flags: PageFlags {
    get { PageFlags(rawValue: cvm_read_once_u64(address &+ Offset.flags)) }
    nonmutating set { cvm_write_once_u64(address &+ Offset.flags, newValue.rawValue) }
  }

  /// The word that makes a tail: `compound_head` before 7.1, `compound_info` since.
  ///
  /// Bit 0 set means tail; every other user of the word keeps bit 0 clear.
  /// Read like `READ_ONCE()`: one relaxed 64-bit load per call, never hoisted or merged.
  @inlinable @inline(__always)
  public var compoundInfo: UInt {
    get { UInt(cvm_read_once_u64(address &+ Offset.compoundInfo)) }
    nonmutating set { cvm_write_once_u64(address &+ Offset.compoundInfo, UInt64(newValue)) }
  }

  @inlinable @inline(__always)
  public var lruPrevious: UInt {
    get { UInt(cvm_read_once_u64(address &+ Offset.lruPrevious)) }
    nonmutating set { cvm_write_once_u64(address &+ Offset.lruPrevious, UInt64(newValue)) }
  }

  @inlinable @inline(__always)
  public var mapping: UInt {
    get { UInt(cvm_read_once_u64(address &+ Offset.mapping)) }
    nonmutating set { cvm_write_once_u64(address &+ Offset.mapping, UInt64(newValue)) }
  }

  @inlinable @inline(__always)
  public var index: UInt {
    get { UInt(cvm_read_once_u64(address &+ Offset.index)) }
    nonmutating set { cvm_write_once_u64(address &+ Offset.index, UInt64(newValue)) }
  }

  @inlinable @inline(__always)
  public var privateData: UInt {
    get { UInt(cvm_read_once_u64(address &+ Offset.privateData)) }
    nonmutating set { cvm_write_once_u64(address &+ Offset.privateData, UInt64(newValue)) }
  }

  /// One mapping less; tells whether none is left. The corresponding kernel code is
  /// `atomic_add_negative(-1, &page->_mapcount)`.
  @inlinable @inline(__always) @discardableResult
  public func dropMapcount() -> Bool { cvm_atomic_add_return(address &+ Offset.mapcount, -1) < 0 }

  /// `_mapcount`, which starts at -1.
  @inlinable @inline(__always)
  public var mapcount: Int32 {
    get { Int32(bitPattern: cvm_read_once_u32(address &+ Offset.mapcount)) }
    nonmutating set { cvm_write_once_u32(address &+ Offset.mapcount, UInt32(bitPattern: newValue)) }
  }

  @inlinable @inline(__always)
  public var memcgData: UInt {
    get { UInt(cvm_read_once_u64(address &+ Offset.memcgData)) }
    nonmutating set { cvm_write_once_u64(address &+ Offset.memcgData, UInt64(newValue)) }
  }
}

/// What `mapping` of a tail holds: an address that faults when it is followed.
///
/// The corresponding kernel constant is `TAIL_MAPPING`.
public let tailMapping: UInt = 0xdead_0000_0000_0400
