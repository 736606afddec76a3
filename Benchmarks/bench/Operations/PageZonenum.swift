import Vmemmap

extension Operation {
  /// `page_zonenum()`.
  static let pageZonenum = Operation(
    "page_zonenum",
    loops: Loop.independentAndChained(.number { _, cell in UInt(cell.headFlags.zoneNumber) }),
    of: Contender.all(zoneEncodings), isEssential: { $0.isOneHotFolio })
}
