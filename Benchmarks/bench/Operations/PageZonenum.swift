import Vmemmap

extension Operation {
  /// `page_zonenum()`.
  static let pageZonenum = Operation(
    "page_zonenum", "tells the zone of a page",
    loops: [Loop(.throughput, zone), Loop(.latency, in: .latency(.data), zone)],
    of: Contender.all(zoneEncodings), isEssential: { $0.isOneHotClass })

  private static let zone = Answer.number { _, cell in UInt(cell.headFlags.zoneNumber) }
}
