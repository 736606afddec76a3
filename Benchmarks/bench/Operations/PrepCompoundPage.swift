import Vmemmap

extension Operation {
  /// `prep_compound_page()`: of a whole compound page whose struct pages can be written.
  static let prepCompoundPage = Operation(
    "prep_compound_page",
    loops: [Loop(.throughput, in: .runs, .head)],
    visits: .runs { first, cell in first..<first + 1 << cell.order },
    writing: Writing(
      undo: { $0.clearTails($1, $2) }, problem: { $0.wrongTail($1, $2) }),
    of: Contender.all(comparableEncodings),
    applies: {
      $0.pageClass == .head && $0.hvo == .off && !$0.pattern.isOnePageEach
    },
    isEssential: { $0.order == 9 && $0.folios == 1 })
}

extension MapSet {
  /// Makes the tails of a workload's runs ordinary pages.
  fileprivate func clearTails(_ place: Int, _ workload: Workload) {
    forEachTail(place, workload) { tail, _ in tail.compoundInfo = 0 }
  }

  /// What is wrong with the first tail that is not as preparing it leaves it, if there is one.
  fileprivate func wrongTail(_ place: Int, _ workload: Workload) -> String? {
    var problem: String?
    forEachTail(place, workload) { tail, right in
      if problem == nil && tail.compoundInfo != right {
        problem = """
          the tail at 0x\(String(tail.address, radix: 16)) holds \
          0x\(String(tail.compoundInfo, radix: 16)) instead of 0x\(String(right, radix: 16))
          """
      }
    }
    return problem
  }

  /// - Parameter body: gets each tail, and the word that it must hold.
  private func forEachTail(_ place: Int, _ workload: Workload, _ body: (Page, UInt) -> Void) {
    let (base, shape, format) = (base(place), shape(place), format(place))
    for visit in Set(workload.visits) {
      let head = Page(address: base + shape.head(visit.first, order: visit.order))
      let word = format.compoundInfo(head: head, order: visit.order)
      for pfn in visit.pages.dropFirst() { body(Page(address: base + shape.page(pfn)), word) }
    }
  }
}
