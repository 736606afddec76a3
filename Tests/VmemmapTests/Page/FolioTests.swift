import Testing
import Vmemmap

@Suite("What a compound page keeps in page[1]")
struct FolioTests {
  @Test(
    "The order is in the low 8 bits of page[1].flags", arguments: tailFormats, Array(1...10) + [18])
  func order(format: any TailFormat.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, folios: order < 6 ? 64 : 1)
    let map = try memory.map(format)
    #expect(map.order == order)
    #expect(map.rawPage(1).flags & 0xff == UInt64(order))
    unsafe #expect(map[0].folioOrder == order)
    unsafe #expect(map[1].folioOrder == 0)
    unsafe #expect(map[(1 << order) - 1].folioOrder == 0)
  }

  @Test("A page that is not compound has order 0")
  func ordinary() throws {
    let map = try ModelledMemory(order: 0, folios: 64).map(HeadPointerFormat.self)
    // What lies in the next page's flags is no order.
    unsafe map[1].flags = PageFlags(rawValue: 9)
    unsafe #expect(map[0].folioOrder == 0)
  }

  @Test("Mapcounts and pin count start where the kernel starts them, each at its offset")
  func fields() throws {
    let map = try ModelledMemory(order: 9, folios: 1).map(HeadMaskFormat.self)
    let head = unsafe map[0]
    func fields() -> [Int32] {
      [16, 20, 24, 28].map { RawMemory.integer(at: map.base + 64 + $0, as: Int32.self) }
    }
    #expect(fields() == [-1, -1, 0, 0])
    (head.largeMapcount, head.entireMapcount, head.pagesMapped, head.pinCount) = (-2, 3, 4, -5)
    #expect(fields() == [-2, 3, 4, -5])
    #expect(
      [head.largeMapcount, head.entireMapcount, head.pagesMapped, head.pinCount] == [-2, 3, 4, -5])
  }

  @Test("The constants are those of 4 KiB pages and a 64-byte struct page")
  func constants() {
    #expect(Order.maximum == 22)
    #expect(Order.memoryMapAlignment == 256 << 20)
    #expect(Order.smallestOptimizable == 7)
    #expect(basePageSize == 4096 && structPagesPerVmemmapPage == 64)
    #expect(tailMapping == 0xdead_0000_0000_0400)
  }
}
