import Vmemmap

extension Operation {
  /// `PageHead()`.
  static let pageHead = Operation(
    "page_head", "PageHead(): whether a page is a head",
    loops: [
      Loop(
        .throughput,
        .number { visit, _ in visit.isCompound && !visit.isTail ? 1 : 0 })
    ],
    of: Contender.all(comparableEncodings), isEssential: { $0.isOneHotClass })
}
