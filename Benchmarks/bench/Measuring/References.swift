import Vmemmap

/// The reference counts that loops change, and how that is checked.
struct References {
  let workload: Workload
  let shape: MapShape
  let origin: MapOrigin

  /// Gives back what so many passes over a window took or dropped, by subtraction or addition.
  ///
  /// - Returns: what is wrong, if anything.
  func giveBack(_ use: ReferenceUse, _ window: Range<Int>, passes: Int) -> String? {
    let passes = Int32(passes)
    return switch use {
    case .none, .returned: nil
    case .taken(let target): drop(passes, window, target: target)
    case .dropped: drop(-passes, window) { $0.head }
    case .ofEachPage(let each, let mapcounts):
      giveBackRuns(each * passes, mapcounts ? passes : 0, window)
    }
  }

  /// Sees that the heads of a window have the references that they began with.
  ///
  /// - Precondition: all that passes have dropped was given back.
  /// - Returns: what is wrong, if anything.
  func check(_ use: ReferenceUse, _ window: Range<Int>) -> String? {
    let expected: Int32
    switch use {
    case .none: return nil
    case .taken(let target): return checkTargets(of: target, window)
    case .returned, .ofEachPage(0..., _): expected = 1
    case .dropped, .ofEachPage: expected = 1 + ReferenceUse.lent
    }
    var checked: Page?
    for visit in workload.visits[window] {
      for part in workload.folios.parts(of: visit.pages) {
        let head = head(of: part.lowerBound)
        guard head != checked else { continue }
        checked = head
        if head.referenceCount != expected {
          return
            "references not conserved: \(head.referenceCount) instead of \(expected) on pfn \(part.lowerBound)"
        }
      }
    }
    return nil
  }

  /// Sees that what references were taken on has its own one, and no more: a pass says how often it took, not
  /// how many it added.
  private func checkTargets(
    of target: (Visit) -> PageFrameNumber?, _ window: Range<Int>
  ) -> String? {
    var checked: PageFrameNumber?
    for visit in workload.visits[window] {
      guard let pfn = target(visit), pfn != checked else { continue }
      checked = pfn
      let count = head(of: pfn).referenceCount
      if count != 1 { return "references not conserved: \(count) instead of 1 on pfn \(pfn)" }
    }
    return nil
  }

  /// Gives back what passes took or dropped for each page of a run.
  ///
  /// - Parameter mappings: of each page.
  private func giveBackRuns(_ each: Int32, _ mappings: Int32, _ window: Range<Int>) -> String? {
    for visit in workload.visits[window] {
      for part in workload.folios.parts(of: visit.pages) {
        head(of: part.lowerBound).dropReferences(each * Int32(part.count))
        guard mappings > 0 else { continue }
        for pfn in part {
          let page = Page(address: origin.pages &+ shape.page(pfn))
          page.mapcount += mappings
        }
      }
    }
    guard mappings > 0 else { return nil }
    for visit in workload.visits[window] {
      for pfn in visit.pages {
        let mapcount = Page(address: origin.pages &+ shape.page(pfn)).mapcount
        if mapcount != -1 {
          return "mappings not conserved: \(mapcount) instead of -1 on pfn \(pfn)"
        }
      }
    }
    return nil
  }

  /// Lends all folios of a map the references that passes drop, or takes them back.
  ///
  /// - Parameter pages: of the map.
  func lend(_ count: Int32, pages: Int) {
    for folio in workload.folios.parts(of: 0..<pages) {
      head(of: folio.lowerBound).dropReferences(-count)
    }
  }

  /// Drops so many references for each visit of a window, and sees that no folio loses its own.
  ///
  /// - Parameter target: see ``ReferenceUse/taken(_:)``.
  private func drop(
    _ each: Int32, _ window: Range<Int>, target: (Visit) -> PageFrameNumber?
  ) -> String? {
    // Neighbours on the same page at once: a footprint of one folio is one subtraction.
    var (first, count): (PageFrameNumber?, Int32) = (nil, 0)
    for visit in workload.visits[window] {
      guard let pfn = target(visit) else { continue }
      if pfn != first {
        if let problem = drop(count, of: first) { return problem }
        (first, count) = (pfn, 0)
      }
      count += each
    }
    return drop(count, of: first)
  }

  private func drop(_ count: Int32, of pfn: PageFrameNumber?) -> String? {
    guard let pfn else { return nil }
    let left = head(of: pfn).dropReferences(count)
    return left < 1
      ? "references not conserved: \(left) left on pfn \(pfn), which began with 1" : nil
  }

  private func head(of pfn: PageFrameNumber) -> Page {
    Page(address: origin.heads &+ shape.head(pfn, order: workload.folios.order(of: pfn)))
  }
}
