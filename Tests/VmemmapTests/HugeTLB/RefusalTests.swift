import Testing
import Vmemmap

@Suite("HVO: what is refused, and what does nothing")
struct RefusalTests {
  @Test("Folios too small for HVO are refused with their order", arguments: tailFormats, 0...6)
  func smallOrders(format: any TailFormat.Type, order: Int) throws {
    var map = try ModelledMemory(order: order, folios: 256).map(format)
    expectRefusal(.orderOutOfRange(order: order, range: 7...22), of: [0], in: &map)
  }

  @Test("A format without HVO refuses it by name and reason", arguments: formatsWithoutHVO)
  func withoutHVO(format: any TailFormat.Type) throws {
    var map = try ModelledMemory(order: 9, folios: 2).map(format)
    let error = VmemmapError.noOptimization(
      format: format.name, structPageSize: format.structPageSize)
    let bytes = try map.allocatedBytes()
    #expect(throws: error) { try map.optimize(folios: [0]) }
    #expect(map.optimizedFolios.isEmpty)
    #expect(try map.allocatedBytes() == bytes)
    #expect(error.description.contains(format.name))
  }

  @Test("A page frame outside of the map is refused", arguments: tailFormats)
  func outside(format: any TailFormat.Type) throws {
    var map = try ModelledMemory(order: 9, folios: 2).map(format)
    for pfn in [-1, -512, 1024, 1536] {
      expectRefusal(.pageOutOfRange(pfn: pfn, pageCount: 1024), of: [pfn], in: &map)
    }
  }

  @Test("A tail is refused, before its folio is optimised", arguments: tailFormats)
  func tails(format: any TailFormat.Type) throws {
    var map = try ModelledMemory(order: 9, folios: 2).map(format)
    for pfn in [1, 63, 64, 65, 511, 513] {
      expectRefusal(.notAHead(pfn: pfn), of: [pfn], in: &map)
    }
  }

  @Test(
    "Any tail of an optimised folio is refused, a fake head too", arguments: tailFormats,
    optimizableSmallOrders)
  func aliasedTails(format: any TailFormat.Type, order: Int) throws {
    var map = try ModelledMemory(order: order, folios: 3).map(format)
    try map.optimize(folios: [0])
    for pfn in 1..<1 << order {
      expectRefusal(.notAHead(pfn: pfn), of: [pfn], in: &map, lookAtBytes: pfn % 64 == 0)
    }
  }

  @Test("One folio that can't be optimised keeps all from being optimised")
  func allOrNothing() throws {
    var map = try ModelledMemory(order: 9, folios: 3).map(HeadMaskFormat.self)
    expectRefusal(.notAHead(pfn: 513), of: [0, 512, 513], in: &map)
    expectRefusal(.pageOutOfRange(pfn: 1536, pageCount: 1536), of: [0, 512, 1536], in: &map)
  }

  @Test("Optimising twice, or the same folio twice, is optimising once", arguments: tailFormats)
  func twice(format: any TailFormat.Type) throws {
    var once = try ModelledMemory(order: 9, folios: 2).map(format)
    try once.optimize(folios: [0])
    var map = try ModelledMemory(order: 9, folios: 2).map(format)
    try map.optimize(folios: [0, 0])
    let pages = map.rawPages
    try map.optimize(folios: [0])
    #expect(map.optimizedFolios == [0])
    #expect(try map.allocatedBytes() == once.allocatedBytes())
    #expect(map.firstChange(from: pages) == nil)
  }

  @Test("Restoring what is not optimised does nothing", arguments: tailFormats)
  func restoreNothing(format: any TailFormat.Type) throws {
    var map = try ModelledMemory(order: 9, folios: 3).map(format)
    try map.optimize(folios: [512])
    unsafe map[0].setReferenceCount(7)
    unsafe map[100].privateData = 100
    let (pages, bytes) = (map.rawPages, try map.allocatedBytes())
    try map.restore(folios: [0, 1024, 64, 513, -1, 4096])
    #expect(map.optimizedFolios == [512])
    #expect(map.firstChange(from: pages) == nil)
    #expect(try map.allocatedBytes() == bytes)
  }

  /// Expects the error, and that it changed nothing.
  private func expectRefusal(
    _ error: VmemmapError, of folios: [Int], in map: inout MemoryMap, lookAtBytes: Bool = true
  ) {
    let pages = lookAtBytes ? map.rawPages : []
    let (folioSet, templates) = (map.optimizedFolios, map.templateCount)
    #expect(throws: error) { try map.optimize(folios: folios) }
    #expect(map.optimizedFolios == folioSet && map.templateCount == templates)
    if lookAtBytes { #expect(map.firstChange(from: pages) == nil) }
  }
}
