extension Cell {
  /// Without HVO a fake head's position is a tail like others, and HVO elsewhere shows in the old
  /// arm on pages that are not tails; once for each kind of them is enough for a table.
  var isEssential: Bool {
    // One folio of order 18 is half of what many are.
    if order == 18 && folios > 1 { return false }
    // What heads and tails in turn cost is prediction, which is not of an order.
    if pageClass == .mix && order != 9 { return false }
    let isInHVO =
      switch hvo {
      case .off: pageClass != .fakeHead
      case .elsewhere: order == 0 || order == 9 && (pageClass == .head || pageClass == .mix)
      case .on: true
      }
    return isInHVO && operation.isEssential(self)
  }

  /// The one cell of each class and state of HVO that is enough for operations beside the first ones.
  var isOneHotFolio: Bool {
    order == 9 && folios == 1 && mode == .throughput && hvo != .elsewhere
  }

  /// The same without heads and tails in turn, for operations that predict as others do.
  var isOneHotClass: Bool { isOneHotFolio && pageClass != .mix }
}

extension Cell {
  /// Whether the preset refcount has it: several threads on pages of order 0, which are as good as heads, and
  /// one thread on heads and tails, where a guard costs something.
  var isOfReferences: Bool {
    if operation == .compoundHead && mode != .consumerReference { return false }
    if threads > 1 {
      // Readers of other counts than those that are written to say nothing.
      return order == 0 && hvo == .off && operation != .pageRefAddUnless
        && (readers == nil || pattern == .randomPFN)
    }
    return order == 9
  }
}
