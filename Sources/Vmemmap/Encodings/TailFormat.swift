/// What the tails of a compound page hold, and so how a memory map is laid out.
///
/// Several ways to read (``CompoundEncoding``) can share one format: the old `compound_head()` with
/// and without the fake-head test reads the same words.
public protocol TailFormat: SendableMetatype {
  /// A short lower-case name, as it stands in messages and results.
  static var name: String { get }

  /// `sizeof(struct page)` in bytes; ``Page/size`` unless a format says otherwise.
  static var structPageSize: Int { get }

  /// The word of a tail.
  ///
  /// - Parameters:
  ///   - head: where the compound page's flags and count are, see ``head(ofFirst:)``.
  ///   - order: the compound page's order, 0 to ``Order/maximum``.
  static func compoundInfo(head: Page, order: Int) -> UInt

  /// The head of a page by a copy of its word, as ``PageSnapshot`` needs it.
  ///
  /// - Parameters:
  ///   - page: where the word was copied from.
  ///   - word: a word of this format, of a tail or of another page. Fake heads are not told from heads.
  static func head(of page: Page, compoundInfo word: UInt) -> Page

  /// Where the flags and the count of a compound page are: its first struct page, unless the format
  /// keeps them in a separately allocated folio.
  ///
  /// - Parameter first: the first struct page, initialised.
  static func head(ofFirst first: Page) -> Page

  /// Connects a compound page, or a single one, with the folio that is allocated apart for it.
  ///
  /// - Parameters:
  ///   - folio: its flags and count are set. Called by formats with a ``folioSize`` only.
  ///   - first: the compound page's first struct page.
  ///   - order: the compound page's order, 0 to ``Order/maximum``.
  static func setFolio(_ folio: Page, first: Page, order: Int)

  /// The bytes of a folio that is allocated apart from the struct pages, a power of two; 0 where the
  /// first struct page is the folio.
  static var folioSize: Int { get }

  /// Whether the head is found from the tail's own address, so that every compound page's struct
  /// pages must be naturally aligned.
  static var needsNaturalAlignment: Bool { get }

  /// What HVO maps the tail struct pages to; nil where there is no HVO.
  static var sharedTails: SharedTails? { get }

  /// The reference count of tails, and of free and frozen pages: one at which no reference can be taken.
  static var frozenReferenceCount: Int32 { get }

  /// Whether preparing a tail clears `private`, which free pages have at 0.
  static var clearsTailPrivate: Bool { get }
}

extension TailFormat {
  @inlinable @inline(__always)
  public static var structPageSize: Int { Page.size }

  @inlinable @inline(__always)
  public static func head(ofFirst first: Page) -> Page { first }

  @inlinable @inline(__always)
  public static func setFolio(_ folio: Page, first: Page, order: Int) {}

  @inlinable @inline(__always)
  public static var folioSize: Int { 0 }

  /// As in all kernels.
  @inlinable @inline(__always)
  public static var frozenReferenceCount: Int32 { 0 }

  /// As kernels up to Linux 7.2 do, where struct pages have the field.
  @inlinable @inline(__always)
  public static var clearsTailPrivate: Bool { structPageSize >= Page.size }
}

/// What the vmemmap pages of an optimised HugeTLB page are mapped to, the first one apart.
public enum SharedTails: Sendable {
  /// The compound page's own first vmemmap page, so that fake heads appear. Up to Linux 7.0.
  case firstVmemmapPage
  /// One page of identical tails for each zone and order. Since Linux 7.1.
  case template
  /// One page of identical tails, of no zone, for each node and order.
  case nodeTemplate
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
  /// - Precondition: the page is free: its reference count is frozen, and stays so.
  /// The corresponding kernel function is `prep_compound_tail()`.
  @inlinable @inline(__always)
  public static func prepCompoundTail(_ tail: Page, head: Page, order: Int) {
    tail.mapping = tailMapping
    setCompoundHead(tail, head: head, order: order)
    if clearsTailPrivate { tail.privateData = 0 }
  }

  /// Makes the `1 << order` pages from `first` on one compound page.
  ///
  /// Zone and node in the flags, and all reference counts, stay as they are. Costs about as much as
  /// writing the struct pages once.
  ///
  /// - Precondition: the pages but the first are free, with a reference count that is frozen.
  /// - Parameters:
  ///   - first: the struct page of the first of them.
  ///   - order: 0 leaves an ordinary page; up to ``Order/maximum``.
  ///
  /// The corresponding kernel function is `prep_compound_page()`.
  @inlinable @inline(__always)
  public static func prepCompoundPage(_ first: Page, order: Int) {
    guard order > 0 else { return }
    let head = head(ofFirst: first)
    head.flags.insert(.head)
    var offset = 1
    while offset < 1 << order {
      prepCompoundTail(
        first.advanced(by: offset, size: structPageSize), head: head, order: order)
      offset &+= 1
    }
    first.prepareFolioFields(order: order, structPageSize: structPageSize)
  }
}

// MARK: - Initialising

extension TailFormat {
  /// Initialises the struct pages of one section, and the folios that are allocated apart.
  ///
  /// - Parameters:
  ///   - flags: zone and node.
  ///   - folio: where the next of those folios is; they are allocated in the order of their pages, as
  ///     from a fresh slab.
  @inlinable
  static func initialize(
    base: UInt, pages: Range<PageFrameNumber>, order: Int, flags: PageFlags, folio: inout UInt
  ) {
    let size = structPageSize
    let flags = flags.union(.noLastCPUPID)
    let folioPages = 1 << order
    var pfn = pages.lowerBound
    while pfn < pages.upperBound {
      let first = Page(address: base).advanced(by: pfn, size: size)
      let fits = pfn & (folioPages &- 1) == 0 && pfn &+ folioPages <= pages.upperBound
      let isCompound = fits && order > 0
      let headFlags = isCompound ? flags.union(.head) : flags
      first.initialize(flags: headFlags, structPageSize: size)
      var head = first
      if folioSize > 0 {
        head = Page(address: folio)
        folio &+= UInt(folioSize)
        head.initialize(flags: headFlags, structPageSize: folioSize)
        setFolio(head, first: first, order: isCompound ? order : 0)
      }
      guard isCompound else {
        pfn &+= 1
        continue
      }
      initializeTails(of: first, head: head, order: order, structPages: folioPages, flags: flags)
      pfn &+= folioPages
    }
  }

  /// Initialises the tails of a compound page, as far as its first struct pages go, and the fields
  /// in page[1].
  ///
  /// - Parameter structPages: `1 << order`, or less where the others are shared; at least 2.
  /// The corresponding kernel functions are `prep_compound_page()` and, for device memory,
  /// `memmap_init_compound()`.
  @inlinable @inline(__always)
  static func initializeTails(
    of first: Page, head: Page, order: Int, structPages: Int, flags: PageFlags
  ) {
    let size = structPageSize
    let word = compoundInfo(head: head, order: order)
    var offset = 1
    while offset < structPages {
      first.advanced(by: offset, size: size).initializeTail(
        flags: flags, compoundInfo: word, referenceCount: frozenReferenceCount,
        structPageSize: size)
      offset &+= 1
    }
    first.prepareFolioFields(order: order, structPageSize: size)
  }
}

extension Page {
  /// All fields of a page in use that is not a tail. The corresponding kernel function is
  /// `__init_single_page()`.
  @inlinable @inline(__always)
  func initialize(flags: PageFlags, structPageSize: Int) {
    // INIT_LIST_HEAD(&page->lru): both words point to the list head itself, an even address.
    let list = address &+ Offset.compoundInfo
    self.flags = flags
    compoundInfo = list
    lruPrevious = list
    mapping = 0
    initializeRest(referenceCount: 1, structPageSize: structPageSize)
  }

  /// All fields of a tail.
  @inlinable @inline(__always)
  func initializeTail(
    flags: PageFlags, compoundInfo word: UInt, referenceCount: Int32,
    structPageSize: Int = Page.size
  ) {
    self.flags = flags
    compoundInfo = word
    lruPrevious = 0
    mapping = tailMapping
    initializeRest(referenceCount: referenceCount, structPageSize: structPageSize)
  }

  /// The fields from `index` on, as far as there are any.
  @inlinable @inline(__always)
  func initializeRest(referenceCount: Int32, structPageSize: Int) {
    guard structPageSize > 32 else { return }
    index = 0
    privateData = 0
    mapcount = -1
    setReferenceCount(referenceCount)
    // memcg_data, and whatever else a configuration adds.
    var offset = Offset.memcgData
    while offset < UInt(structPageSize) {
      clearWord(at: offset)
      offset &+= 8
    }
  }
}
