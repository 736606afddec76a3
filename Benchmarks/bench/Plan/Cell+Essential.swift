extension Cell {
  /// Without HVO a fake head's position is a tail like others, and HVO elsewhere shows in the old
  /// arm on pages that are not tails; once for each kind of them is enough for a table, and so is one
  /// order for consumers.
  var isEssential: Bool {
    // One folio of order 18 is half of what many are.
    if order == 18 && folios > 1 { return false }
    let isConsumer = mode == .consumerFlags || mode == .consumerReference
    if isConsumer && !(order == 9 && hvo != .elsewhere) { return false }
    switch operation {
    case .compoundHead, .pageRefAddUnless, .hvoOptimize, .hvoRestore, .selfTest: break
    case .prepCompoundPage: return order == 9 && folios == 1
    // The same code in all layouts but memdesc's.
    case .pageCompound: return false
    case .pageHead, .pageTail, .pageZonenum, .folioTryGet:
      if !(order == 9 && folios == 1 && mode == .throughput && hvo != .elsewhere) { return false }
    }
    return switch hvo {
    case .off: pageClass != .fakeHead
    case .elsewhere: order == 0 || order == 9 && (pageClass == .head || pageClass == .mix)
    case .on: true
    }
  }
}
