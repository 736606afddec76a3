/// The sizes that a kernel is configured with, and what follows from them for orders, alignment, HVO
/// and its templates.
///
/// | base pages | `MAX_FOLIO_ORDER` | alignment of the memory map | struct pages in a template | HVO from order |
/// |---|---|---|---|---|
/// | 4 KiB | 22 | 256 MiB | 64 | 7 |
/// | 16 KiB | 20 | 64 MiB | 256 | 9 |
/// | 64 KiB | 18 | 16 MiB | 1024 | 11 |
public struct PageGeometry: Hashable, Sendable {
  /// `PAGE_SIZE`: the size of a base page and of a vmemmap page, in bytes.
  public let basePageSize: Int
  /// `sizeof(struct page)`, in bytes.
  public let structPageSize: Int

  /// 4 KiB and 64 bytes, as on x86-64.
  public static let standard = PageGeometry(basePageSize: Vmemmap.basePageSize)!

  /// The base page sizes that kernels have.
  public static let basePageSizes = [Vmemmap.basePageSize, 16 << 10, 64 << 10]

  /// - Parameters:
  ///   - basePageSize: one of ``basePageSizes``.
  ///   - structPageSize: a positive multiple of 8.
  /// - Returns: nil for a base page size that is not of ``basePageSizes``, and for struct pages that
  ///   are not made of words.
  public init?(basePageSize: Int, structPageSize: Int = Page.size) {
    guard PageGeometry.basePageSizes.contains(basePageSize),
      structPageSize > 0 && structPageSize % 8 == 0
    else { return nil }
    self.basePageSize = basePageSize
    self.structPageSize = structPageSize
  }

  /// Whether tails can hold masks, and HVO be had: the size of a struct page is a power of two.
  ///
  /// The corresponding kernel name is `has_mask`.
  public var hasMask: Bool { structPageSize.nonzeroBitCount == 1 }

  /// `MAX_FOLIO_ORDER`: 16 GiB.
  public var maximumOrder: Int { 34 - basePageSize.trailingZeroBitCount }

  /// The alignment in bytes of page frame 0's struct page at which the struct pages of every folio up
  /// to ``maximumOrder`` are naturally aligned.
  ///
  /// - Precondition: ``hasMask``.
  public var memoryMapAlignment: Int {
    precondition(hasMask, "struct pages of \(structPageSize) bytes are never naturally aligned")
    return structPageSize << maximumOrder
  }

  /// The number of whole struct pages in one vmemmap page, and of tails in a template.
  public var structPagesPerVmemmapPage: Int { basePageSize / structPageSize }

  /// The smallest order whose tails fill a vmemmap page of their own, so that HVO applies; nil where
  /// it never does.
  public var smallestOptimizableOrder: Int? {
    hasMask ? (2 * structPagesPerVmemmapPage).trailingZeroBitCount : nil
  }

  /// The vmemmap pages of a folio whose order HVO applies to.
  public func vmemmapPages(ofOrder order: Int) -> Int { structPageSize << order / basePageSize }

  /// What HVO gives back for each folio, in bytes, templates not paid for.
  public func savedBytes(ofOrder order: Int) -> Int {
    guard let smallest = smallestOptimizableOrder, order >= smallest else { return 0 }
    return (vmemmapPages(ofOrder: order) - 1) * basePageSize
  }
}

// MARK: - The usual sizes, known to the compiler

/// The size of a base page and of a vmemmap page of ``PageGeometry/standard``, in bytes.
@inlinable @inline(__always)
public var basePageSize: Int { 4096 }

/// The bits of an address below ``basePageSize``.
@inlinable @inline(__always)
public var basePageMask: Int { basePageSize &- 1 }

/// The number of struct pages in one vmemmap page: 64.
@inlinable @inline(__always)
public var structPagesPerVmemmapPage: Int { basePageSize / Page.size }

/// The size of a huge mapping with ``basePageSize``, in bytes: what one entry of a page middle directory
/// maps. The corresponding kernel name is `PMD_SIZE`.
@inlinable @inline(__always)
public var hugePageSize: Int { 2 << 20 }

/// Orders of compound pages.
public enum Order {
  /// `MAX_FOLIO_ORDER` for 4 KiB base pages: 16 GiB.
  public static let maximum = PageGeometry.standard.maximumOrder

  /// The alignment of a memory map in bytes at which every folio up to ``maximum`` is naturally
  /// aligned: 256 MiB.
  public static let memoryMapAlignment = PageGeometry.standard.memoryMapAlignment

  /// The smallest order whose tails fill a vmemmap page of their own, so that HVO applies:
  /// the binary logarithm of `2 * PAGE_SIZE / sizeof(struct page)`, 7.
  public static let smallestOptimizable = PageGeometry.standard.smallestOptimizableOrder!
}
