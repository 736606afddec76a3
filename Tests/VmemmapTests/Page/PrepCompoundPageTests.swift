import Testing
import Vmemmap

@Suite("prep_compound_page(), set_compound_head(), clear_compound_head()")
struct PrepCompoundPageTests {
  /// With that of kernels which no longer clear `private`.
  private static let formats = tailFormats + [LateHeadMaskFormat.self]

  @Test(
    "A compound page taken apart and prepared again is the bytes that a fresh map has",
    arguments: formats, Array(1...10))
  func again(format: any TailFormat.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    let map = try memory.map(format)
    let fresh = map.rawPages
    for head in memory.heads.map({ unsafe map[$0] }) {
      let fields = head.advanced(by: 1)
      (head.largeMapcount, head.entireMapcount, head.pagesMapped, head.pinCount) = (1, 2, 3, 4)
      fields.flags = fields.flags.zoneAndNode.union(.noLastCPUPID)
      head.flags.remove(.head)
      for offset in 1..<1 << order {
        let tail = head.advanced(by: offset)
        format.clearCompoundHead(tail)
        tail.mapping = 0
        if format != LateHeadMaskFormat.self { tail.privateData = 0xdead }
      }
      format.prepCompoundPage(head, order: order)
    }
    #expect(map.firstChange(from: fresh) == nil)
  }

  @Test(
    "Free pages made a compound page differ from a fresh map's in lru.prev only",
    arguments: formats, Array(1...10))
  func ordinaryPages(format: any TailFormat.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    var map = try memory.map(format)
    let fresh = map.rawPages
    try map.initialize(order: 0)
    for head in memory.heads {
      for tail in head + 1..<head + 1 << order { unsafe map[tail].setReferenceCount(0) }
      unsafe format.prepCompoundPage(map[head], order: order)
    }
    // page[1], the only tail of order 1, has a field of its own there.
    #expect((map.firstChange(from: fresh) == nil) == (order == 1))
    for pfn in 0..<map.pageCount where pfn % (1 << order) > 1 {
      unsafe map[pfn].lruPrevious = 0
    }
    #expect(map.firstChange(from: fresh) == nil)
  }

  @Test("Order 0 is left alone", arguments: tailFormats)
  func orderZero(format: any TailFormat.Type) throws {
    let map = try ModelledMemory(order: 0, folios: 64).map(format)
    let fresh = map.rawPages
    unsafe format.prepCompoundPage(map[0], order: 0)
    #expect(map.firstChange(from: fresh) == nil)
  }

  @Test("Setting and clearing a head writes the word and nothing else", arguments: tailFormats)
  func word(format: any TailFormat.Type) throws {
    let map = try ModelledMemory(order: 0, folios: 64).map(format)
    let fresh = map.rawPages
    let word = { unsafe RawMemory.integer(at: map[3].address + 8, as: UInt.self) }
    let wordBefore = word()
    unsafe format.setCompoundHead(map[3], head: map[0], order: 2)
    #expect(unsafe word() == format.compoundInfo(head: map[0], order: 2))
    #expect(word() & 1 == 1)
    unsafe map[3].compoundInfo = wordBefore
    #expect(map.firstChange(from: fresh) == nil)

    unsafe format.setCompoundHead(map[3], head: map[0], order: 2)
    unsafe format.clearCompoundHead(map[3])
    #expect(word() == 0)
    unsafe map[3].compoundInfo = wordBefore
    #expect(map.firstChange(from: fresh) == nil)
  }
}

extension PrepCompoundPageTests {
  @Test("Since Linux 7.3 private of a tail stays what it is, and counts do in all kernels")
  func untouched() throws {
    for format in Self.formats {
      let map = try ModelledMemory(order: 0, folios: 64).map(format)
      unsafe map[1].privateData = 7
      unsafe map[1].setReferenceCount(3)
      unsafe format.prepCompoundPage(map[0], order: 1)
      let isKept = format == LateHeadMaskFormat.self
      #expect(unsafe map[1].privateData == (isKept ? 7 : 0), "\(format.name)")
      #expect(unsafe map[1].referenceCount == 3, "\(format.name)")
    }
  }
}
