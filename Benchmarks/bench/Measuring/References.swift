import Vmemmap

/// What an operation does to reference counts, and how that is checked.
struct References {
  let workload: Workload
  let shape: MapShape
  /// The address of page frame 0's struct page.
  let base: UInt

  /// Sees that every head of a window has the one reference it began with.
  ///
  /// - Returns: what is wrong, if anything.
  func check(_ window: Range<Int>) -> String? {
    for pfn in workload.pfns[window] {
      let count = head(of: pfn).referenceCount
      if count != 1 {
        return "references not conserved: \(count) instead of 1 on pfn \(workload.head(pfn))"
      }
    }
    return nil
  }

  /// Gives back the references that a pass over a window must have taken, by subtraction, and sees
  /// that they were conserved.
  ///
  /// The pass's sum has shown that it took as many as the oracle says. A page that got too many
  /// therefore leaves another one too few, and that one falls below the reference it began with.
  ///
  /// - Parameter target: the first page frame of what a visit of a page frame takes a reference on;
  ///   nil where it takes none.
  /// - Returns: what is wrong, if anything.
  func giveBack(_ window: Range<Int>, target: (PageFrameNumber) -> PageFrameNumber?) -> String? {
    var index = window.lowerBound
    while index < window.upperBound {
      let first = target(workload.pfns[index])
      // Neighbours on the same page at once: a footprint of one folio is one subtraction.
      var count: Int32 = 0
      while index < window.upperBound {
        let next = target(workload.pfns[index])
        guard next == first || next == nil else { break }
        if next != nil { count += 1 }
        index += 1
      }
      guard let first, count > 0 else { continue }
      let left = head(of: first).dropReferences(count)
      if left < 1 {
        return "references not conserved: \(left) left on pfn \(first), which began with 1"
      }
    }
    return nil
  }

  private func head(of pfn: PageFrameNumber) -> Page {
    Page(address: base &+ shape.head(workload.head(pfn), order: workload.order))
  }
}
