import Vmemmap

extension Operation {
  /// `compound_head()`, and what callers do with the head.
  static let compoundHead = Operation(
    "compound_head", "finds the head of a page",
    loops: [
      Loop(.throughput, .head),
      Loop(.latency, in: .latency(.data), .headAndFlags, readsHead: true),
      // An arm that predicts which page is the head does not wait for anything: the difference of
      // times tells of the arms, their ratio of what the loop itself costs.
      Loop(.addressChain, in: .latency(.control), .head, hasRatio: { _ in false }),
      Loop(.consumerFlags, .headAndFlags, readsHead: true),
      Loop(
        .consumerReference, .head { _ in 1 }, references: .returned, readsHead: true,
        of: Contender.all(folioRefForms), hasRatio: Loop.hasRatioBackToBack),
    ],
    of: Contender.all(compoundEncodings),
    applies: { !$0.pattern.isOnePageEach || $0.mode == .consumerReference },
    isEssential: { cell in
      switch cell.mode {
      // One order is enough, in the caches.
      case .consumerFlags, .consumerReference:
        cell.order == 9 && cell.folios == 1 && cell.hvo != .elsewhere
      case .addressChain:
        cell.order == 9 && cell.folios == 1 && cell.hvo != .elsewhere && cell.pageClass != .mix
      default: true
      }
    })
}
