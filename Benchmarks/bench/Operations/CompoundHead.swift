import Vmemmap

extension Operation {
  /// `compound_head()`, and what callers do with the head.
  static let compoundHead = Operation(
    "compound_head",
    loops: [
      Loop(.throughput, .head),
      Loop(.latency, in: .latency, .head),
      Loop(.consumerFlags, .head { UInt($0.headFlags.rawValue) }, readsHead: true),
      Loop(.consumerReference, .head { _ in 1 }, references: .returned, readsHead: true),
    ],
    of: Contender.all(compoundEncodings),
    isEssential: { cell in
      // One order is enough for consumers.
      let isConsumer = cell.mode == .consumerFlags || cell.mode == .consumerReference
      return !isConsumer || cell.order == 9 && cell.hvo != .elsewhere
    })
}
