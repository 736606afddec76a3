import Glibc
import Vmemmap

extension FolioLayouts {
  /// What the model makes of folios in some zones of some nodes.
  ///
  /// - Parameter wrongBit: a bit of the tails' words that is turned round, to see that it is noticed.
  static func modelled(
    _ layout: TailLayout, _ places: [(node: Int, zone: Zone)], order: Int, isOptimized: Bool,
    wrongBit: Int?
  ) throws(VmemmapError) -> FolioLayouts {
    var map = try MemoryMap(
      format: layout.format, sections: sections(places, order: order), bindToNodes: true)
    try map.initialize(order: order)
    if isOptimized { try map.optimize(folios: places.indices.map { $0 << order }) }
    return try FolioLayouts(map, folios: places.count, order: order, layout, wrongBit: wrongBit)
  }

  /// What the model makes of folios that a kernel makes at boot, wherever their memory is.
  ///
  /// - Parameter areWritten: which of them `memmap_init()` writes, through the aliases.
  static func modelled(
    _ kernel: KernelVersion, _ layout: TailLayout, _ places: [(node: Int, zone: Zone)], order: Int,
    areWritten: [Bool]
  ) throws(VmemmapError) -> FolioLayouts {
    var memory = try SparseMemoryMap(kernel: kernel, sections: sections(places, order: order))
    _ = try memory.populateHVO(
      areWritten.enumerated().map {
        HugeBootmemPage(pfn: $0 << order, order: order, isWrittenByMemmapInit: $1)
      })
    let map = try memory.populateBasePages()
    return try FolioLayouts(
      map, folios: places.count, order: order, layout, wrongBit: nil, asksForNodes: false)
  }

  /// What the model makes of device memory of one node that is compound pages.
  ///
  /// - Parameter sharesTails: as in all kernels, unless struct pages are in the device itself.
  static func modelledDevice(
    _ layout: TailLayout, node: Int, folios: Int, order: Int, sharesTails: Bool, wrongBit: Int?
  ) throws(VmemmapError) -> FolioLayouts {
    let section = MemorySection(node: node, zone: .device, pages: folios << order)
    var memory = try SparseMemoryMap(
      format: layout.format, sections: [section], bindToNodes: true)
    try memory.populateCompoundPages(0..<folios << order, order: order, sharesTails: sharesTails)
    let map = try memory.populateBasePages()
    return try FolioLayouts(
      map, folios: folios, order: order, layout, wrongBit: wrongBit, asksForNodes: sharesTails)
  }

  private static func sections(_ places: [(node: Int, zone: Zone)], order: Int) -> [MemorySection] {
    places.map { MemorySection(node: $0.node, zone: $0.zone, pages: 1 << order) }
  }

  /// - Parameter asksForNodes: of the vmemmap pages' memory.
  private init(
    _ map: borrowing MemoryMap, folios: Int, order: Int, _ layout: TailLayout, wrongBit: Int?,
    asksForNodes: Bool = true
  ) throws(VmemmapError) {
    let base = map.base
    let writable = FolioLayouts.writableRanges()
    var parts: [Folio] = []
    for head in (0..<folios).map({ $0 << order }) {
      let begin = head / structPagesPerVmemmapPage
      let pages = begin..<begin + 1 << order / structPagesPerVmemmapPage
      guard let frames = try map.physicalFrames(vmemmapPages: pages) else {
        throw .system(attempt: "see the frames of the model's pages", errno: .notPermitted)
      }
      parts.append(
        Folio(
          first: unsafe map[head], frames: frames.map { UInt($0) },
          isWritable: pages.map { writable.contains(base + UInt($0 * basePageSize)) },
          nodes: asksForNodes
            ? try map.nodes(vmemmapPages: pages) : [Int?](repeating: nil, count: pages.count),
          nodeShift: 64 - PageFlags.nodeBits))
    }
    self.init(parts, order: order, layout, wrongBit: wrongBit)
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
