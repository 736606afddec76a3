import Vmemmap

/// The reference counts that loops change, and how that is checked.
struct References {
  let workload: Workload
  /// Of all folios of the map.
  let order: Int
  let shape: MapShape
  /// The address of page frame 0's struct page.
  let base: UInt

  /// Gives back what a pass over a window took, and sees that references were conserved.
  ///
  /// - Returns: what is wrong, if anything.
  func settle(_ use: ReferenceUse, _ window: Range<Int>) -> String? {
    switch use {
    case .none: nil
    case .taken(let target): giveBack(window, target: target)
    case .returned: check(window)
    }
  }

  /// Sees that every head of a window has the one reference it began with.
  private func check(_ window: Range<Int>) -> String? {
    for visit in workload.visits[window] {
      let count = head(of: visit.first).referenceCount
      if count != 1 {
        return "references not conserved: \(count) instead of 1 on pfn \(visit.head)"
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
  /// - Parameter target: see ``ReferenceUse/taken(_:)``.
  private func giveBack(
    _ window: Range<Int>, target: (Visit) -> PageFrameNumber?
  ) -> String? {
    var index = window.lowerBound
    while index < window.upperBound {
      let first = target(workload.visits[index])
      // Neighbours on the same page at once: a footprint of one folio is one subtraction.
      var count: Int32 = 0
      while index < window.upperBound {
        let next = target(workload.visits[index])
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
    Page(address: base &+ shape.head(pfn, order: order))
  }
}
