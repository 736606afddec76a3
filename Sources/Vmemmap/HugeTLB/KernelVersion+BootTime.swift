// What kernels do with the vmemmap of gigantic pages that are taken at boot.
extension KernelVersion {
  /// The first kernel that builds such pages optimised. Seen in 7.0.13 and later; that it came with
  /// 6.15 was read only ("mm/hugetlb: add pre-HVO framework").
  public static let firstWithBootTimeHVO = KernelVersion(6, 15)

  /// How many of a page's vmemmap pages that show shared tails are mapped read-only; they are the first
  /// of these.
  ///
  /// Up to 7.1 the end of what `vmemmap_wrprotect_hvo()` protects is counted in base pages and taken
  /// for bytes: 256 KiB of the 16 MiB of a page of order 18, which are 63 of 4095 vmemmap pages. The
  /// other 4032 stay writable, each of them to the one page that all share. Since 7.2 all are read-only.
  ///
  /// Seen with 1 GiB pages: 63 in 7.0.13 and 7.1.13, 4095 in 7.2.13 and 7.3.4. Other orders, and the
  /// reason, were read only.
  ///
  /// - Precondition: HVO applies to the order.
  public func writeProtectedVmemmapPages(
    ofBootTimeOrder order: Int, _ geometry: PageGeometry = .standard
  ) -> Int {
    guard self < KernelVersion(7, 2) else { return geometry.vmemmapPages(ofOrder: order) - 1 }
    let end = 1 << order
    return max(0, end / geometry.basePageSize - 1)
  }

  /// What becomes of a page that spans zones, whose tails no template fits.
  public enum ZoneSpanningFate: Sendable {
    /// It is found when its struct pages are made; these are populated as for ordinary memory, and the
    /// base pages freed one by one.
    case freedOneByOne
    /// It goes back to the boot allocator as soon as it was taken from it, before there is a struct
    /// page, and can be taken again in other sizes.
    case returnedToMemblock
  }

  /// What becomes of pages that span zones: read only, for 6.15 and later in the sources, for 7.3 in the
  /// title of a patch ("mm/hugetlb: free cross-zone bootmem gigantic pages after allocation"). In the
  /// end they are free base pages, each with its own zone, in all kernels.
  public var fateOfZoneSpanningPages: ZoneSpanningFate {
    self < KernelVersion(7, 3) ? .freedOneByOne : .returnedToMemblock
  }
}
