import Testing
import Vmemmap

@Suite("Base pages of 4, 16 and 64 KiB")
struct PageGeometryTests {
  private static let optimizable = [
    (4096, 7), (4096, 9), (16384, 9), (16384, 11), (65536, 11), (65536, 12),
  ]

  @Test(
    "Orders, alignment and templates follow from the sizes",
    arguments: [(4096, 22, 256, 64, 7), (16384, 20, 64, 256, 9), (65536, 18, 16, 1024, 11)])
  func arithmetic(
    bytes: Int, maximumOrder: Int, alignmentMiB: Int, tails: Int, smallest: Int
  ) throws {
    let geometry = try #require(PageGeometry(basePageSize: bytes))
    #expect(geometry.maximumOrder == maximumOrder)
    #expect(bytes << maximumOrder == 16 << 30)
    #expect(geometry.memoryMapAlignment == alignmentMiB << 20)
    #expect(geometry.structPagesPerVmemmapPage == tails)
    #expect(geometry.smallestOptimizableOrder == smallest)
    #expect(geometry.vmemmapPages(ofOrder: smallest) == 2)
    #expect(geometry.savedBytes(ofOrder: smallest) == bytes)
    #expect(geometry.savedBytes(ofOrder: smallest - 1) == 0)
  }

  @Test("2 MiB and 1 GiB pages of x86-64 save 28 KiB and 16380 KiB")
  func savings() {
    #expect(PageGeometry.standard.savedBytes(ofOrder: 9) == 28 << 10)
    #expect(PageGeometry.standard.savedBytes(ofOrder: 18) == 16380 << 10)
  }

  @Test(
    "Struct pages that are not a power of two have neither masks nor HVO",
    arguments: [56, 72, 80, 96])
  func otherSizes(structPageSize: Int) throws {
    let geometry = try #require(
      PageGeometry(basePageSize: 4096, structPageSize: structPageSize))
    #expect(!geometry.hasMask && geometry.smallestOptimizableOrder == nil)
    #expect(geometry.savedBytes(ofOrder: 18) == 0)
  }

  @Test(
    "Sizes that no kernel has are refused", arguments: [(0, 64), (8192, 64), (4096, 0), (4096, 60)])
  func refused(basePageSize: Int, structPageSize: Int) {
    #expect(PageGeometry(basePageSize: basePageSize, structPageSize: structPageSize) == nil)
  }

  @Test("A map of base pages that can't be had here is refused with the sizes that can")
  func refusedByMap() {
    let error = #expect(throws: VmemmapError.self) {
      _ = try MemoryMap(
        format: HeadMaskFormat.self, sections: [MemorySection(pages: 1024)], basePageSize: 8192)
    }
    #expect(
      error?.description.contains("8192") == true && error?.description.contains("65536") == true)
  }

  @Test(
    "The mask finds every head, without HVO and with it, and memory is saved",
    arguments: optimizable)
  func masks(basePageSize: Int, order: Int) throws {
    let memory = ModelledMemory(order: order, folios: 4)
    var map = try memory.map(HeadMaskFormat.self, basePageSize: basePageSize)
    let geometry = map.geometry
    #expect(map.base % UInt(geometry.memoryMapAlignment) == 0)
    try memory.expectRightAnswers(of: MaskEncoding.self, in: map, .off)
    let before = try map.allocatedBytes()
    try map.optimize(folios: memory.heads)
    try memory.expectRightAnswers(of: MaskEncoding.self, in: map, .on)
    let saved = before - (try map.allocatedBytes())
    #expect(saved == 4 * geometry.savedBytes(ofOrder: order) - basePageSize)
    let proof = try map.aliasingProof()
    #expect(proof.distinctFrames == nil || proof.distinctFrames == 4 + 1)
    try map.restore(folios: memory.heads)
    try memory.expectRightAnswers(of: MaskEncoding.self, in: map, .off)
    #expect(try map.allocatedBytes() == before + basePageSize)
  }

  @Test(
    "In the old layout there is a fake head for each vmemmap page but one", arguments: optimizable)
  func fakeHeads(basePageSize: Int, order: Int) throws {
    let memory = ModelledMemory(order: order, folios: 2)
    var map = try memory.map(HeadPointerFormat.self, basePageSize: basePageSize)
    try map.optimize(folios: memory.heads)
    let perVmemmapPage = basePageSize / 64
    for pfn in 0..<map.pageCount {
      let head = unsafe map[pfn / (1 << order) * (1 << order)]
      let isFake = unsafe pfn % perVmemmapPage == 0 && map[pfn] != head
      unsafe #expect((map[pfn].compoundInfo & 1 == 0) == (isFake || map[pfn] == head), "pfn \(pfn)")
      let found = unsafe FakeHeadEncoding<KeyOn>.compoundHead(
        map[pfn], basePageMask: basePageSize - 1)
      try #require(found == head, "pfn \(pfn)")
    }
    // What the size is for: with 4 KiB in mind, pages are taken for heads that are not.
    if basePageSize > 4096 {
      try unsafe #require(map[perVmemmapPage].compoundInfo & 1 == 0)
      unsafe #expect(PointerEncoding.compoundHead(map[perVmemmapPage]) != map[0])
    }
  }

  @Test("Orders are bounded by the base page size", arguments: [(16384, 21), (65536, 19)])
  func orders(basePageSize: Int, order: Int) throws {
    var map = try MemoryMap(
      format: HeadMaskFormat.self, sections: [MemorySection(pages: 1024)],
      basePageSize: basePageSize)
    #expect(throws: VmemmapError.orderOutOfRange(order: order, range: 0...order - 1)) {
      try map.initialize(order: order)
    }
  }
}
