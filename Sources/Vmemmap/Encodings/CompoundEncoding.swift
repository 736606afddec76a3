/// How `compound_head()` and the page flag tests that depend on it read a struct page.
///
/// A new encoding is one file with a conforming type (and its ``TailFormat`` if it stores something
/// new), and one line in ``compoundEncodings``. Everything else takes it from there: tests, timed
/// loops, the bench's matrix, results and plots.
///
/// The static functions are the hot code itself: `@inlinable @inline(__always)`, one volatile load
/// for each `READ_ONCE()` of the kernel's.
public protocol CompoundEncoding: KernelCode {
  /// What the tails that it reads hold.
  associatedtype Format: TailFormat

  /// Whether it differs from another encoding in `compound_head()` alone, or in nothing but the size of
  /// struct pages: other operations would be the same code twice.
  static var isVariant: Bool { get }

  /// The head of the compound page that `page` belongs to, or `page` itself; in formats that allocate
  /// folios apart, the folio: where the flags and the count are.
  ///
  /// The corresponding kernel function is `compound_head()`; the result is `page_folio()`'s too.
  static func compoundHead(_ page: Page) -> Page

  /// The corresponding kernel function is `PageTail()`.
  static func isTail(_ page: Page) -> Bool

  /// The corresponding kernel function is `PageHead()`.
  static func isHead(_ page: Page) -> Bool

  /// Whether `page` is part of a compound page. The corresponding kernel function is
  /// `PageCompound()`.
  static func isCompound(_ page: Page) -> Bool

  /// The number of the zone that `page` belongs to. The corresponding kernel function is
  /// `page_zonenum()`.
  static func zoneNumber(_ page: Page) -> Int
}

/// The encodings, in the order in which they are listed and tested.
public let compoundEncodings: [any CompoundEncoding.Type] = [
  PointerEncoding.self,
  CmovPointerEncoding.self,
  FakeHeadEncoding<OptimizeVmemmapKey>.self,
  FakeHeadEncoding<KeyOff>.self,
  FakeHeadEncoding<KeyOn>.self,
  CmovFakeHeadEncoding.self,
  MaskEncoding.self,
  BranchyMaskEncoding.self,
  MemdescEncoding<MemdescStructPage64>.self,
  MemdescEncoding<MemdescStructPage32>.self,
  SizedPointerEncoding<StructPage56>.self,
  SizedPointerEncoding<StructPage72>.self,
  SizedPointerEncoding<StructPage80>.self,
  SizedPointerEncoding<StructPage96>.self,
]

/// The encodings that differ in more than `compound_head()`.
public let comparableEncodings = compoundEncodings.filter { !$0.isVariant }

/// The encodings that differ in `prep_compound_page()`.
public let preparedEncodings: [any CompoundEncoding.Type] =
  comparableEncodings + [LateMaskEncoding.self]

/// The encodings that differ in `page_zonenum()`, or in what it reads.
public let zoneEncodings: [any CompoundEncoding.Type] =
  comparableEncodings + [NodeTemplateMaskEncoding.self]

/// The encodings whose heads are struct pages, so that the next one tells a folio's order.
public let scannedEncodings = compoundEncodings.filter { $0.format.folioSize == 0 }

// MARK: - What does not depend on the encoding

extension CompoundEncoding {
  public static var format: any TailFormat.Type { Format.self }

  public static var isVariant: Bool { false }

  @inlinable @inline(__always)
  public static func zoneNumber(_ page: Page) -> Int { page.flags.zoneNumber }

  /// Needs no fake-head test: a fake head is part of a compound page.
  @inlinable @inline(__always)
  public static func isCompound(_ page: Page) -> Bool {
    page.flags.contains(.head) || page.compoundInfo & 1 != 0
  }
}
