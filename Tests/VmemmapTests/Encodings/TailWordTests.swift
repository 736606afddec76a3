import Testing
import Vmemmap

@Suite("What tails hold")
struct TailWordTests {
  @Test(
    "A mask keeps the bits from order + 6 up, and marks the tail",
    arguments: [
      (1, 0xffff_ffff_ffff_ff81), (9, 0xffff_ffff_ffff_8001), (18, 0xffff_ffff_ff00_0001),
      (22, 0xffff_ffff_f000_0001),
    ] as [(Int, UInt64)])
  func mask(order: Int, word: UInt64) {
    for address in [0, 1 << 28, 0x7fff_f000_0000] as [UInt] {
      let head = Page(address: address)
      #expect(HeadMaskFormat.compoundInfo(head: head, order: order) == word)
    }
  }

  @Test("A pointer is the head's address plus 1, whatever the order", arguments: [1, 9, 18, 22])
  func pointer(order: Int) {
    let head = Page(address: 0x7f12_3456_7fc0)
    #expect(HeadPointerFormat.compoundInfo(head: head, order: order) == 0x7f12_3456_7fc1)
  }

  @Test(
    "Every tail of a map holds the mask of its order",
    arguments: [
      (1, 0xffff_ffff_ffff_ff81), (9, 0xffff_ffff_ffff_8001), (18, 0xffff_ffff_ff00_0001),
    ] as [(Int, UInt64)])
  func maskInMemory(order: Int, word: UInt64) throws {
    let memory = ModelledMemory(order: order, folios: order == 1 ? 32 : 1)
    let pages = try memory.map(HeadMaskFormat.self).rawPages
    for (pfn, page) in pages.enumerated() {
      let isTail = pfn % (1 << order) != 0
      try #require(isTail ? page.compoundInfo == word : !page.isMarkedTail)
    }
  }

  @Test("Every tail of a map holds its own head's address", arguments: [1, 9, 18])
  func pointerInMemory(order: Int) throws {
    let memory = ModelledMemory(order: order, folios: order == 1 ? 32 : 2)
    let map = try memory.map(HeadPointerFormat.self)
    for (pfn, page) in map.rawPages.enumerated() {
      let head = pfn / (1 << order) * (1 << order)
      let word = UInt64(map.base) + UInt64(head * 64) + 1
      try #require(head == pfn ? !page.isMarkedTail : page.compoundInfo == word)
    }
  }

  @Test(
    "Tails have TAIL_MAPPING, no private data, no references and no mappings; heads have one reference",
    arguments: tailFormats, [1, 2, 9])
  func fields(format: any TailFormat.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    let map = try memory.map(format)
    for (pfn, page) in map.rawPages.enumerated() {
      let offset = pfn % (1 << order)
      try #require(page.hasHeadFlag == (offset == 0))
      try #require(page.mapcount == -1)
      try #require(page.refcount == (offset == 0 ? 1 : 0))
      try #require(page.privateData == 0 && page.index == 0 && page.memcgData == 0)
      // page[1] has two fields of the compound page in the place of its mapping.
      try #require(page.mapping == (offset < 2 ? 0 : 0xdead_0000_0000_0400))
    }
  }

  @Test(
    "In the mask format all tails of an order are the same bytes, zone and node apart",
    arguments: [2, 9, 10])
  func alike(order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    let pages = try memory.map(HeadMaskFormat.self).rawPages
    // page[1] keeps the order and the mapcounts of its compound page.
    let tails = pages.indices.filter { $0 % (1 << order) > 1 }
    #expect(Set(tails.map { pages[$0].withoutZoneAndNode }).count == 1)
    #expect(Set(tails.map { pages[$0] }).count == memory.sections.count)
  }
}
