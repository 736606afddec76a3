import Testing
import Vmemmap

@Suite("Struct pages of other sizes than 64 bytes")
struct StructPageSizeTests {
  private static let formats = allTailFormats.filter { $0.structPageSize != 64 }

  @Test("There are all sizes that kernels are configured with", arguments: [56, 72, 80, 96])
  func sizes(bytes: Int) throws {
    let format = try #require(Self.formats.first { $0.structPageSize == bytes })
    #expect(format.sharedTails == nil && !format.needsNaturalAlignment)
  }

  @Test("A page frame's struct page is at its number times the size", arguments: formats)
  func placeOfPages(format: any TailFormat.Type) throws {
    let map = try ModelledMemory(order: 0, folios: 256).map(format)
    for pfn in 0..<256 {
      unsafe #expect(map[pfn].address == map.base + UInt(pfn * format.structPageSize))
      unsafe #expect(map.pageFrameNumber(of: map[pfn]) == pfn)
    }
  }

  @Test("Memory is taken for the struct pages, and rounded up to a page", arguments: formats)
  func memory(format: any TailFormat.Type) throws {
    for pages in [64, 512, 1 << 14] {
      let map = try MemoryMap(format: format, sections: [MemorySection(pages: pages)])
      #expect(try map.allocatedBytes() == (pages * format.structPageSize + 4095) / 4096 * 4096)
    }
  }

  @Test(
    "Initialising and preparing write whole struct pages, and no byte of what follows",
    arguments: formats)
  func borders(format: any TailFormat.Type) throws {
    let (pages, size) = (512, format.structPageSize)
    var map = try MemoryMap(format: format, sections: [MemorySection(pages: pages)])
    let end = map.base + UInt(pages * size)
    let slack = (4096 - pages * size % 4096) % 4096
    for offset in stride(from: 0, to: slack, by: 8) {
      RawMemory.store(0x5a5a_5a5a_5a5a_5a5a as UInt64, at: end + UInt(offset))
    }
    // Every word is written: what was there before can't be told.
    func image() -> [UInt64] {
      (0..<pages * size / 8).map { RawMemory.integer(at: map.base + UInt($0 * 8), as: UInt64.self) }
    }
    try map.initialize(order: 9)
    let fresh = image()
    for index in fresh.indices {
      RawMemory.store(0xa5a5_a5a5_a5a5_a5a5 as UInt64, at: map.base + UInt(index * 8))
    }
    try map.initialize(order: 9)
    #expect(image() == fresh)
    unsafe format.prepCompoundPage(map[0], order: 9)
    #expect(image() == fresh)
    for offset in stride(from: 0, to: slack, by: 8) {
      #expect(
        RawMemory.integer(at: end + UInt(offset), as: UInt64.self) == 0x5a5a_5a5a_5a5a_5a5a)
    }
  }
}
