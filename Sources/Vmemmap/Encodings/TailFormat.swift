/// What the tails of a compound page hold, and so how a memory map is laid out.
///
/// Several ways to read (``CompoundEncoding``) can share one format: the old `compound_head()` with
/// and without the fake-head test reads the same words.
public protocol TailFormat: SendableMetatype {
  /// A short lower-case name, as it stands in messages and results.
  static var name: String { get }

  /// The word of a tail.
  ///
  /// - Parameters:
  ///   - head: the head's struct page at the address where it is looked up.
  ///   - order: the compound page's order, 1 to ``Order/maximum``.
  /// - Returns: a word with bit 0 set.
  static func compoundInfo(head: Page, order: Int) -> UInt

  /// Whether the head is found from the tail's own address, so that every compound page's struct
  /// pages must be naturally aligned.
  static var needsNaturalAlignment: Bool { get }

  /// What HVO maps the tail struct pages to.
  static var sharedTails: SharedTails { get }
}

/// What the vmemmap pages of an optimised HugeTLB page are mapped to, the first one apart.
public enum SharedTails: Sendable {
  /// The compound page's own first vmemmap page, so that fake heads appear. Up to Linux 7.0.
  case firstVmemmapPage
  /// One page of identical tails for each zone and order. Since Linux 7.1.
  case template
}

// MARK: - Preparing compound pages

extension TailFormat {
  /// Makes `tail` a tail of `head`. The corresponding kernel function is `set_compound_head()`.
  @inlinable @inline(__always)
  public static func setCompoundHead(_ tail: Page, head: Page, order: Int) {
    tail.compoundInfo = compoundInfo(head: head, order: order)
  }

  /// Makes a tail an ordinary page again. The corresponding kernel function is
  /// `clear_compound_head()`.
  @inlinable @inline(__always)
  public static func clearCompoundHead(_ page: Page) {
    page.compoundInfo = 0
  }

  /// Makes `tail` a tail of `head` with the fields that all tails share.
  ///
  /// The corresponding kernel function is `prep_compound_tail()`, which finds a reference count of 0:
  /// its pages are free, and those of a ``MemoryMap`` are in use.
  @inlinable @inline(__always)
  public static func prepCompoundTail(_ tail: Page, head: Page, order: Int) {
    tail.mapping = tailMapping
    setCompoundHead(tail, head: head, order: order)
    tail.privateData = 0
    tail.setReferenceCount(0)
  }

  /// Makes the `1 << order` pages from `head` on one compound page.
  ///
  /// Zone and node in the flags, and the head's reference count, stay as they are. Costs about as
  /// much as writing the struct pages once.
  ///
  /// - Parameter order: 0 leaves an ordinary page; up to ``Order/maximum``.
  /// The corresponding kernel function is `prep_compound_page()`.
  @inlinable
  public static func prepCompoundPage(_ head: Page, order: Int) {
    guard order > 0 else { return }
    head.flags.insert(.head)
    var offset = 1
    while offset < 1 << order {
      prepCompoundTail(head.advanced(by: offset), head: head, order: order)
      offset &+= 1
    }
    head.prepareFolioFields(order: order)
  }
}
