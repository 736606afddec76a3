import Glibc
import SystemPackage

/// Device DAX: compound pages of device memory that share their tails from the start.
///
/// Two vmemmap pages of a compound page are kept, and the others are mapped to the second:
///
///     vmemmap page 0  ──────►  page (head, 63 tails)
///     vmemmap page 1  ──────►  page (64 tails)
///     vmemmap page 2  ───rw─►  the same as vmemmap page 1
///     ...
///
/// The head's struct page is not mapped twice, so that there are no fake heads, whatever tails hold.
extension SparseMemoryMap {
  /// The vmemmap pages that each compound page of device memory keeps: the head's and one of tails.
  ///
  /// The corresponding kernel constant is `VMEMMAP_RESERVE_NR`.
  static let keptDeviceVmemmapPages = 2

  /// Populates device memory as compound pages of one order that share their tails.
  ///
  /// 6 of 8 vmemmap pages are never there at order 9, 4094 of 4096 at order 18. The shared tails can
  /// be written to; a store to one is then seen in all that are mapped to it. They stay shared as
  /// long as the map is there: device memory is no HugeTLB page, and can't be optimised, restored or
  /// demoted.
  ///
  /// Costs about 45 us of CPU time for a compound page of order 9 and 22 ms for one of order 18: a
  /// process's costs of `mmap()`, not the kernel's.
  ///
  /// - Parameters:
  ///   - pfns: page frames of one section of ``Zone/device``, whole compound pages.
  ///   - order: one more than ``PageGeometry/smallestOptimizableOrder`` (8 with base pages of 4 KiB) to
  ///     ``PageGeometry/maximumOrder``.
  ///   - sharesTails: false where the device itself holds its struct pages (`altmap`): all vmemmap pages
  ///     are then there.
  /// - Throws: Before anything is changed, ``VmemmapError/orderOutOfRange(order:range:)``,
  ///   ``VmemmapError/notWholeCompoundPages(pfns:order:)``,
  ///   ``VmemmapError/pageOutOfRange(pfn:pageCount:)``, ``VmemmapError/alreadyPopulated(pfns:)`` and
  ///   ``VmemmapError/notDeviceMemory(pfns:)``. With the compound pages before that one populated,
  ///   ``VmemmapError/tooManyMappings(needed:inUse:limit:)``, and
  ///   ``VmemmapError/system(attempt:errno:)`` when another call fails; what was not populated by then
  ///   can be asked for again, or becomes ordinary pages.
  ///
  /// The corresponding kernel function is `vmemmap_populate_compound_pages()`.
  public mutating func populateCompoundPages(
    _ pfns: Range<PageFrameNumber>, order: Int, sharesTails: Bool = true
  ) throws(VmemmapError) {
    try checkOrder(order, keptVmemmapPages: SparseMemoryMap.keptDeviceVmemmapPages)
    guard !pfns.isEmpty else { return }
    try undoUnfinished()
    try checkUnpopulated(pfns, order: order, besides: taken)
    let sections = sections(of: pfns)
    guard sections.count == 1 && sections[0].zone == .device else {
      throw .notDeviceMemory(pfns: pfns)
    }
    let flags = PageFlags(zone: .device, node: sections[0].node).union(.reserved)
    for pfn in stride(from: pfns.lowerBound, to: pfns.upperBound, by: 1 << order) {
      do throws(VmemmapError) {
        if sharesTails {
          try unsafe populateCompoundPage(map[pfn], order: order, flags: flags)
        } else {
          try unsafe populateFirst(
            vmemmapPages: map.geometry.vmemmapPages(ofOrder: order), of: map[pfn], order: order,
            flags: flags)
        }
      } catch {
        if case .system(_, .noMemory) = error {
          try MappingLimit.check(
            needed: (pfns.upperBound - pfn) / map.geometry.structPagesPerVmemmapPage)
        }
        throw error
      }
      populated.insert(contentsOf: pfn..<pfn + 1 << order)
      map.deviceMemory.insert(contentsOf: pfn..<pfn + 1 << order)
    }
  }

  private mutating func populateCompoundPage(
    _ head: Page, order: Int, flags: PageFlags
  ) throws(VmemmapError) {
    let kept = SparseMemoryMap.keptDeviceVmemmapPages
    try populateFirst(vmemmapPages: kept, of: head, order: order, flags: flags)
    let basePageSize = map.geometry.basePageSize
    let first = head.address + UInt(kept * basePageSize)
    let end = head.address + UInt(Page.size << order)
    let sharedOffset = Int(first - map.base) - basePageSize
    for address in stride(from: first, to: end, by: basePageSize) {
      do throws(VmemmapError) {
        try map.mapVmemmapPage(address, to: sharedOffset, protection: PROT_READ | PROT_WRITE)
      } catch {
        if address > first { unfinished.append(first..<address) }
        // What can't be undone now is undone before anything else is done.
        try? undoUnfinished()
        throw error
      }
    }
  }
}
