import Vmemmap

/// The references that a window of `page_ref_add_unless()` must have taken, to be given back.
struct References {
  private let taken: [(pfn: PageFrameNumber, count: Int32)]

  init(_ workload: Workload, window: Range<Int>) {
    var counts: [PageFrameNumber: Int32] = [:]
    for pfn in workload.pfns[window] where !workload.isTail(pfn) { counts[pfn, default: 0] += 1 }
    taken = counts.map { ($0.key, $0.value) }.sorted { $0.pfn < $1.pfn }
  }

  /// Drops every reference by subtraction; each page must be left with the one it began with.
  ///
  /// - Returns: what is wrong, if anything: a page frame whose references were not conserved.
  func giveBack(base: UInt) -> String? {
    for (pfn, count) in taken {
      let left = Page(address: base &+ UInt(pfn * Page.size)).dropReferences(count)
      if left != 1 {
        return "references not conserved: \(left) left of 1 on pfn \(pfn) after dropping \(count)"
      }
    }
    return nil
  }
}
