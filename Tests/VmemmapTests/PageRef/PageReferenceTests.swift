import Testing
import Vmemmap

@Suite("Reference counts")
struct PageReferenceTests {
  private let map: Owner
  private var page: Page { unsafe map.map[7] }
  private var bytes: RawPage { map.map.rawPage(7) }

  /// A class, because a suite is copied and a map is not.
  private final class Owner {
    let map: MemoryMap
    init() throws { map = try ModelledMemory(order: 0, folios: 64).map(HeadMaskFormat.self) }
  }

  init() throws { map = try Owner() }

  @Test("Dropping references returns what is left, below 0 too")
  func drop() {
    page.setReferenceCount(3)
    #expect(page.dropReferences(2) == 1)
    #expect(page.dropReferences(2) == -1)
    #expect(bytes.refcount == -1)
  }

  @Test(
    "Only a count of exactly what is asked for is frozen", arguments: [-1, 0, 1, 2, 3] as [Int32])
  func freeze(count: Int32) {
    page.setReferenceCount(count)
    #expect(page.freezeReferences(2) == (count == 2))
    #expect(bytes.refcount == (count == 2 ? 0 : count))
  }

  @Test("A frozen page gives no reference until it is unfrozen")
  func unfreeze() {
    page.setReferenceCount(1)
    #expect(page.freezeReferences(1))
    #expect(!page.atomicAddUnless(1, 0))
    page.unfreezeReferences(4)
    #expect(page.atomicAddUnless(1, 0) && page.referenceCount == 5)
  }
}
