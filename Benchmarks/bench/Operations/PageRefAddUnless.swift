import Vmemmap

extension Operation {
  /// `get_page_unless_zero()`: on the page as it is. A head's count is 1 and goes up; a tail's is 0, so
  /// that nothing is taken.
  static let pageRefAddUnless = Operation(
    "page_ref_add_unless",
    loops: [
      Loop(
        .throughput, .number { visit, _ in visit.isTail ? 0 : 1 },
        references: .taken { $0.isTail ? nil : $0.first })
    ],
    of: Contender.all(pageRefForms),
    // With each thread on a count of its own, too.
    applies: { _ in true })
}
