import Testing
import Vmemmap

/// A page that shows `PG_head` and an even word where the oracle says tail.
@Suite("Fake heads")
struct FakeHeadTests {
  /// Read from the bytes of a map whose folios are all optimised.
  private func fakeHeads(in map: borrowing MemoryMap, order: Int) -> [Int] {
    let pages = map.rawPages
    return pages.indices.filter {
      pages[$0].hasHeadFlag && !pages[$0].isMarkedTail && $0 % (1 << order) != 0
    }
  }

  @Test(
    "In the old layout HVO makes each vmemmap page but the first start with one",
    arguments: [(7, 1), (8, 3), (9, 7), (10, 15), (18, 4095)])
  func oldLayout(order: Int, perFolio: Int) throws {
    let memory = ModelledMemory(order: order, folios: order == 18 ? 1 : 3)
    var map = try memory.map(HeadPointerFormat.self)
    #expect(fakeHeads(in: map, order: order).isEmpty)
    try map.optimize(folios: memory.heads)
    let expected = memory.heads.flatMap { head in (1...perFolio).map { head + 64 * $0 } }
    #expect(fakeHeads(in: map, order: order) == expected)
    try map.restore(folios: memory.heads)
    #expect(fakeHeads(in: map, order: order).isEmpty)
  }

  @Test("In the new layout there are none", arguments: [7, 8, 9, 10, 18])
  func newLayout(order: Int) throws {
    let memory = ModelledMemory(order: order, folios: order == 18 ? 1 : 3)
    var map = try memory.map(HeadMaskFormat.self)
    try map.optimize(folios: memory.heads)
    #expect(fakeHeads(in: map, order: order).isEmpty)
  }

  @Test("A fake head is the head's own struct page: it shows the head's reference count and flags")
  func sameStructPage() throws {
    let memory = ModelledMemory(order: 9, folios: 1)
    var map = try memory.map(HeadPointerFormat.self)
    try map.optimize(folios: [0])
    let page = unsafe map[0]
    page.setReferenceCount(-1234)
    page.flags.insert(.active)
    let head = map.rawPage(0)
    #expect(head.refcount == -1234)
    for pfn in stride(from: 64, to: 512, by: 64) {
      #expect(map.rawPages(pfn..<pfn + 1) == [head])
    }
  }

  @Test("The test for fake heads decodes them; without it each is taken for a head")
  func decoding() throws {
    let memory = ModelledMemory(order: 9, folios: 2)
    var map = try memory.map(HeadPointerFormat.self)
    try map.optimize(folios: memory.heads)
    for head in [0, 512] {
      for pfn in stride(from: head + 64, to: head + 512, by: 64) {
        let page = unsafe map[pfn]
        #expect(FakeHeadEncoding<KeyOn>.isFakeHead(page))
        #expect(unsafe FakeHeadEncoding<KeyOn>.compoundHead(page) == map[head])
        #expect(FakeHeadEncoding<KeyOn>.isTail(page) && !FakeHeadEncoding<KeyOn>.isHead(page))

        #expect(!FakeHeadEncoding<KeyOff>.isFakeHead(page))
        #expect(FakeHeadEncoding<KeyOff>.compoundHead(page) == page)
        #expect(FakeHeadEncoding<KeyOff>.isHead(page) && !FakeHeadEncoding<KeyOff>.isTail(page))

        #expect(PointerEncoding.compoundHead(page) == page)
        #expect(PointerEncoding.isHead(page) && !PointerEncoding.isTail(page))
      }
    }
  }

  @Test("No real head, no ordinary page and no real tail is a fake head", arguments: smallOrders)
  func realPages(order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 4)
    let map = try memory.map(HeadPointerFormat.self)
    let fake = (0..<map.pageCount).filter { unsafe FakeHeadEncoding<KeyOn>.isFakeHead(map[$0]) }
    #expect(fake.isEmpty)
  }
}
