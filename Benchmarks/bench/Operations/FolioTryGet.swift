import Vmemmap

extension Operation {
  /// `folio_try_get(page_folio())`.
  static let folioTryGet = Operation(
    "folio_try_get",
    loops: Loop.countsTaken(.head { _ in 1 }, references: .taken { $0.head }, readsHead: true),
    of: Contender.all(folioRefForms), isEssential: { $0.isOneHotFolio })
}
