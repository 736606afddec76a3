public import CVmemmap

/// The fields that a compound page keeps in its second struct page, page[1].
extension Page {
  /// The order of the compound page that this page heads, 0 for a page that is not a head.
  ///
  /// Kept in the low 8 bits of page[1].flags (Linux 6.12). The corresponding kernel function is
  /// `folio_order()`.
  @inlinable
  public var folioOrder: Int { folioOrder(structPageSize: Page.size) }

  /// The same where struct pages are of another size.
  @inlinable @inline(__always)
  public func folioOrder(structPageSize: Int) -> Int {
    guard flags.contains(.head) else { return 0 }
    return Int(advanced(by: 1, size: structPageSize).flags.rawValue & 0xff)
  }

  /// `_large_mapcount` of page[1].
  @inlinable
  public var largeMapcount: Int32 {
    get { advanced(by: 1).word32(at: FolioOffset.largeMapcount) }
    nonmutating set { advanced(by: 1).setWord32(at: FolioOffset.largeMapcount, newValue) }
  }

  /// `_entire_mapcount` of page[1].
  @inlinable
  public var entireMapcount: Int32 {
    get { advanced(by: 1).word32(at: FolioOffset.entireMapcount) }
    nonmutating set { advanced(by: 1).setWord32(at: FolioOffset.entireMapcount, newValue) }
  }

  /// `_nr_pages_mapped` of page[1].
  @inlinable
  public var pagesMapped: Int32 {
    get { advanced(by: 1).word32(at: FolioOffset.pagesMapped) }
    nonmutating set { advanced(by: 1).setWord32(at: FolioOffset.pagesMapped, newValue) }
  }

  /// `_pincount` of page[1].
  @inlinable
  public var pinCount: Int32 {
    get { advanced(by: 1).word32(at: FolioOffset.pinCount) }
    nonmutating set { advanced(by: 1).setWord32(at: FolioOffset.pinCount, newValue) }
  }

  /// Sets the fields in page[1] for a new compound page.
  ///
  /// - Precondition: this page is a head with at least one tail.
  /// The corresponding kernel function is `prep_compound_head()`.
  @inlinable
  func prepareFolioFields(order: Int, structPageSize: Int = Page.size) {
    let second = advanced(by: 1, size: structPageSize)
    second.flags = PageFlags(rawValue: second.flags.rawValue & ~0xff | UInt64(order))
    second.setWord32(at: FolioOffset.largeMapcount, -1)
    second.setWord32(at: FolioOffset.entireMapcount, -1)
    second.setWord32(at: FolioOffset.pagesMapped, 0)
    second.setWord32(at: FolioOffset.pinCount, 0)
  }

  /// Where the counts lie, in bytes from the start of page[1].
  @frozen
  @usableFromInline
  enum FolioOffset {
    @inlinable @inline(__always) static var largeMapcount: UInt { 16 }
    @inlinable @inline(__always) static var entireMapcount: UInt { 20 }
    @inlinable @inline(__always) static var pagesMapped: UInt { 24 }
    @inlinable @inline(__always) static var pinCount: UInt { 28 }
  }

  @inlinable @inline(__always)
  func word64(at offset: UInt) -> UInt64 {
    cvm_read_once_u64(address &+ offset)
  }

  @inlinable @inline(__always)
  func clearWord(at offset: UInt) {
    cvm_write_once_u64(address &+ offset, 0)
  }

  @inlinable @inline(__always)
  func word32(at offset: UInt) -> Int32 {
    Int32(bitPattern: cvm_read_once_u32(address &+ offset))
  }

  @inlinable @inline(__always)
  func setWord32(at offset: UInt, _ value: Int32) {
    cvm_write_once_u32(address &+ offset, UInt32(bitPattern: value))
  }
}
