import Vmemmap

extension Operation {
  /// `folio_try_get(page_folio())`.
  static let folioTryGet = Operation(
    "folio_try_get", "finds the head and takes a reference on it",
    loops: Loop.countsTaken(.head { _ in 1 }, references: .taken { $0.head }, readsHead: true),
    of: Contender.all(folioRefForms),
    // With each thread on a count of its own, too.
    applies: { _ in true }, isEssential: { $0.isOneHotClass })
}
