import Vmemmap

extension Operation {
  /// `get_page_unless_zero()`: on the page as it is. A head's count is 1 and goes up; a tail's is 0, so
  /// that nothing is taken.
  static let pageRefAddUnless = Operation(
    "page_ref_add_unless", "takes a reference on a page, unless it has none",
    loops: Loop.countsTaken(
      .number { visit, _ in visit.isTail ? 0 : 1 },
      references: .taken { $0.isTail ? nil : $0.first }),
    of: Contender.all(pageRefForms),
    // With each thread on a count of its own, too.
    applies: { _ in true },
    // What orders differ in shows in compound_head(); and back to back, only where there is a ratio.
    isEssential: { cell in
      (cell.order == 0 || cell.order == 9)
        && (cell.mode != .throughput || cell.folios == 1 && cell.pageClass != .mix)
    })
}

extension Loop {
  /// The loops of an operation that is little more than a locked one.
  static func countsTaken(
    _ answer: Answer, references: ReferenceUse, readsHead: Bool = false
  ) -> [Loop] {
    [
      Loop(
        .throughput, answer, references: references, readsHead: readsHead,
        hasRatio: hasRatioBackToBack),
      Loop(.spaced, in: .spaced, answer, references: references, readsHead: readsHead),
    ]
  }

  /// Of locked operations that follow each other. Where their lines are not in the L1 cache, the ratio
  /// tells how far apart arms keep them, and not what else the arms do.
  @Sendable
  static func hasRatioBackToBack(_ level: CacheLevel) -> Bool { level == .l1d }
}
