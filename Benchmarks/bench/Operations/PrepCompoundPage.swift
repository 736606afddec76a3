import Vmemmap

extension Operation {
  /// `prep_compound_page()`: of a whole compound page whose struct pages can be written.
  static let prepCompoundPage = Operation(
    "prep_compound_page", "makes pages a compound page",
    loops: [Loop(.throughput, in: .runs, .head)],
    visits: .runs(
      pages: { 1 << $0.order }, from: { first, cell in first..<first + 1 << cell.order }),
    writing: Writing(
      undo: { $0.freeTails($1, $2) }, problem: { $0.wrongTail($1, $2) }),
    of: Contender.all(preparedEncodings),
    applies: {
      $0.pageClass == .head && $0.hvo == .off && !$0.pattern.isOnePageEach
    },
    isEssential: { $0.order == 9 && $0.folios == 1 })
}

extension MapSet {
  /// Makes the tails of a workload's runs free pages.
  fileprivate func freeTails(_ place: Int, _ workload: Workload) {
    let format = format(place)
    forEachTail(place, workload) { tail, _, _ in
      tail.compoundInfo = 0
      tail.mapping = 0
      if format.clearsTailPrivate { tail.privateData = 1 }
    }
  }

  /// What is wrong with the first tail that is not as preparing it leaves it, if there is one.
  fileprivate func wrongTail(_ place: Int, _ workload: Workload) -> String? {
    let format = format(place)
    var problem: String?
    forEachTail(place, workload) { tail, offset, word in
      guard problem == nil else { return }
      let fields = [
        ("compound_info", tail.compoundInfo, word),
        // Counts of the folio are there in page[1].
        ("mapping", offset == 1 ? tailMapping : tail.mapping, tailMapping),
        ("private", format.clearsTailPrivate ? tail.privateData : 0, 0),
      ]
      if let (name, found, right) = fields.first(where: { $0.1 != $0.2 }) {
        problem = """
          \(name) of the tail at 0x\(String(tail.address, radix: 16)) is \
          0x\(String(found, radix: 16)) instead of 0x\(String(right, radix: 16))
          """
      }
    }
    return problem
  }

  /// - Parameter body: gets each tail, how many pages it is from the head, and the word that it must
  ///   hold.
  private func forEachTail(
    _ place: Int, _ workload: Workload, _ body: (Page, Int, UInt) -> Void
  ) {
    let (base, shape, format) = (base(place), shape(place), format(place))
    for visit in Set(workload.visits) {
      let head = Page(address: base + shape.head(visit.first, order: visit.order))
      let word = format.compoundInfo(head: head, order: visit.order)
      for pfn in visit.pages.dropFirst() {
        body(Page(address: base + shape.page(pfn)), pfn - visit.first, word)
      }
    }
  }
}
