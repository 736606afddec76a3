import Vmemmap

extension Workload {
  /// Sees that every head of a window has the one reference it began with.
  ///
  /// - Returns: what is wrong, if anything.
  func checkReferences(_ window: Range<Int>, base: UInt) -> String? {
    for pfn in pfns[window] {
      let head = Page(address: base &+ UInt(head(pfn) * Page.size))
      if head.referenceCount != 1 {
        return
          "references not conserved: \(head.referenceCount) instead of 1 on pfn \(self.head(pfn))"
      }
    }
    return nil
  }

  /// Gives back the references that a pass of `page_ref_add_unless()` over a window must have taken,
  /// by subtraction, and sees that they were conserved.
  ///
  /// The pass's sum has shown that it took as many as the oracle says. A page that got too many
  /// therefore leaves another one too few, and that one falls below the reference it began with.
  ///
  /// - Returns: what is wrong, if anything.
  func giveBackReferences(_ window: Range<Int>, base: UInt) -> String? {
    var index = window.lowerBound
    while index < window.upperBound {
      let pfn = pfns[index]
      // Neighbours on the same page at once: a footprint of one folio is one subtraction.
      var count: Int32 = 0
      while index < window.upperBound, pfns[index] == pfn || isTail(pfns[index]) {
        if !isTail(pfns[index]) { count += 1 }
        index += 1
      }
      guard count > 0 else { continue }
      let left = Page(address: base &+ UInt(pfn * Page.size)).dropReferences(count)
      if left < 1 {
        return "references not conserved: \(left) left on pfn \(pfn), which began with 1"
      }
    }
    return nil
  }
}
