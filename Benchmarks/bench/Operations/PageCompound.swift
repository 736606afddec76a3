import Vmemmap

extension Operation {
  /// `PageCompound()`: the same code in all layouts but memdesc's.
  static let pageCompound = Operation(
    "page_compound", "PageCompound(): whether a page is either",
    loops: [
      Loop(
        .throughput, .number { visit, _ in visit.isCompound ? 1 : 0 }, tellsFakeHeads: false)
    ],
    of: Contender.all(comparableEncodings), isTabled: false, isEssential: { $0.isOneHotFolio })
}
