import Glibc
import Vmemmap

extension FolioLayout {
  /// What the model makes of the old layout, for a folio on a node.
  static func modelled(node: Int, isOptimized: Bool) throws(VmemmapError) -> FolioLayout {
    var map = try MemoryMap(
      format: HeadPointerFormat.self,
      sections: [MemorySection(node: node, pages: HugePage.basePages)], bindToNodes: true)
    try map.initialize(order: HugePage.order)
    if isOptimized { try map.optimize(folios: [0]) }
    let pages = 0..<HugePage.basePages / structPagesPerVmemmapPage
    guard let frames = try map.physicalFrames(vmemmapPages: pages) else {
      throw .system(attempt: "see the frames of the model's pages", errno: .notPermitted)
    }
    let writable = writableRanges()
    let vmemmapPages = [VmemmapPage](
      frames: frames.map { UInt($0) },
      isWritable: pages.map { page in
        writable.contains { $0.contains(map.base + UInt(page * basePageSize)) }
      },
      nodes: try map.nodes(vmemmapPages: pages).map { $0 ?? -1 })
    return unsafe FolioLayout(
      vmemmapPages: vmemmapPages, head: map[0], nodeShift: 64 - PageFlags.nodeBits)
  }

  /// The addresses that this process may write to.
  private static func writableRanges() -> [Range<UInt>] {
    guard let file = unsafe fopen("/proc/self/maps", "re") else { return [] }
    defer { unsafe fclose(file) }
    var ranges: [Range<UInt>] = []
    var line: UnsafeMutablePointer<CChar>?
    defer { unsafe free(line) }
    var capacity = 0
    while unsafe getline(&line, &capacity, file) > 0, let text = unsafe line {
      let words = unsafe String(cString: text).split(separator: " ")
      let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      if words[1].contains("w") { ranges.append(bounds[0]..<bounds[1]) }
    }
    return ranges
  }
}
