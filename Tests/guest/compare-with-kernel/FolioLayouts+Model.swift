import Glibc
import Vmemmap

extension FolioLayouts {
  /// What the model makes of folios in some zones of some nodes.
  ///
  /// - Parameters:
  ///   - leavesOutCounts: whether the tails' reference counts are not looked at.
  ///   - wrongBit: a bit of the tails' words that is turned round, to see that it is noticed.
  static func modelled(
    _ layout: TailLayout, _ places: [(node: Int, zone: Zone)], order: Int, isOptimized: Bool,
    leavesOutCounts: Bool, wrongBit: Int?
  ) throws(VmemmapError) -> FolioLayouts {
    var map = try MemoryMap(
      format: layout.format,
      sections: places.map {
        MemorySection(node: $0.node, zone: $0.zone, pages: 1 << order)
      }, bindToNodes: true)
    try map.initialize(order: order)
    let heads = places.indices.map { $0 << order }
    if isOptimized { try map.optimize(folios: heads) }
    let writable = writableRanges()
    var folios: [Folio] = []
    for head in heads {
      let begin = head / structPagesPerVmemmapPage
      let pages = begin..<begin + 1 << order / structPagesPerVmemmapPage
      guard let frames = try map.physicalFrames(vmemmapPages: pages) else {
        throw .system(attempt: "see the frames of the model's pages", errno: .notPermitted)
      }
      folios.append(
        Folio(
          first: unsafe map[head], frames: frames.map { UInt($0) },
          isWritable: pages.map { page in
            writable.contains(map.base + UInt(page * basePageSize))
          },
          nodes: try map.nodes(vmemmapPages: pages).map { $0 ?? -1 },
          nodeShift: 64 - PageFlags.nodeBits))
    }
    let layouts = FolioLayouts(
      folios, order: order, layout, leavesOutCounts: leavesOutCounts, wrongBit: wrongBit)
    withExtendedLifetime(map) {}
    return layouts
  }

  /// The addresses that this process may write to.
  private static func writableRanges() -> RangeSet<UInt> {
    guard let file = unsafe fopen("/proc/self/maps", "re") else { return RangeSet() }
    defer { unsafe fclose(file) }
    var ranges = RangeSet<UInt>()
    var line: UnsafeMutablePointer<CChar>?
    defer { unsafe free(line) }
    var capacity = 0
    while unsafe getline(&line, &capacity, file) > 0, let text = unsafe line {
      let words = unsafe String(cString: text).split(separator: " ")
      let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      if words[1].contains("w") { ranges.insert(contentsOf: bounds[0]..<bounds[1]) }
    }
    return ranges
  }
}
