import Vmemmap

extension Operation {
  /// `page_zonenum()`.
  static let pageZonenum = Operation(
    "page_zonenum", "tells the zone of a page",
    loops: [
      Loop(.throughput, zone, tellsFakeHeads: false),
      Loop(.latency, in: .latency(.data), zone, tellsFakeHeads: false),
    ],
    of: Contender.all(zoneEncodings), isEssential: { $0.isOneHotClass })

  private static let zone = Answer.number { _, cell in UInt(cell.headFlags.zoneNumber) }
}
