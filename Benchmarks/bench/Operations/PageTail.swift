import Vmemmap

extension Operation {
  /// `PageTail()`.
  static let pageTail = Operation(
    "page_tail", "PageTail(): whether a page is a tail",
    loops: [Loop(.throughput, .number { visit, _ in visit.isTail ? 1 : 0 })],
    of: Contender.all(comparableEncodings), isEssential: { $0.isOneHotFolio })
}
