import Testing
import Vmemmap

@Suite("The fields of a struct page, as data")
struct PageFieldTests {
  @Test("They fill 64 bytes without gaps, in order")
  func complete() {
    var end = 0
    for field in Page.fields {
      #expect(field.offset == end)
      end += field.size
    }
    #expect(end == Page.size)
  }

  @Test("They are where the kernel has them")
  func offsets() {
    let offsets = Dictionary(uniqueKeysWithValues: Page.fields.map { ($0.name, $0.offset) })
    #expect(
      offsets == [
        "flags": 0, "compound_info": 8, "lru.prev": 16, "mapping": 24, "index": 32, "private": 40,
        "_mapcount": 48, "_refcount": 52, "memcg_data": 56,
      ])
  }

  @Test("What HVO saves of a huge page, and of a TiB, by the formula")
  func footprint() {
    let (small, large) = (VmemmapFootprint(order: 9), VmemmapFootprint(order: 18))
    #expect(small.totalBytes == 8 * 4096 && small.keptBytes == 4096)
    #expect(small.savedBytes == 7 * 4096)
    #expect(large.totalBytes == 4096 * 4096 && large.savedBytes == 4095 * 4096)
    #expect(small.count(inBytes: 1 << 40) * small.savedBytes == 14 << 30)
    #expect(large.count(inBytes: 1 << 40) * large.keptBytes == 4 << 20)
  }
}
