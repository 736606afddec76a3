import Testing
import Vmemmap

@Suite("Kernel versions")
struct KernelVersionTests {
  @Test("Versions are in order of their numbers, not of their names")
  func order() {
    let versions = [(6, 9), (6, 12), (6, 15), (7, 0), (7, 1), (7, 10), (10, 0)].map {
      KernelVersion($0, $1)
    }
    for (place, version) in versions.enumerated() {
      for (otherPlace, other) in versions.enumerated() {
        #expect((version < other) == (place < otherPlace))
        #expect((version == other) == (place == otherPlace))
      }
    }
    #expect(versions.map(\.description) == ["6.9", "6.12", "6.15", "7.0", "7.1", "7.10", "10.0"])
  }

  @Test(
    "Tails hold pointers up to 7.0 and masks since; private is stored up to 7.2",
    arguments: [
      (6, 12, false, true), (7, 0, false, true), (7, 1, true, true), (7, 2, true, true),
      (7, 3, true, false), (8, 0, true, false),
    ])
  func tails(major: Int, minor: Int, holdMasks: Bool, storesPrivate: Bool) throws {
    let format = KernelVersion(major, minor).tailFormat
    let map = try ModelledMemory(order: 0, folios: 64).map(format)
    for order in 1...6 {
      for pfn in 1..<1 << order { unsafe map[pfn].privateData = 7 }
      unsafe format.prepCompoundPage(map[0], order: order)
      // All ones above the bits of 64-byte struct pages, by doubling; or where map[0] is.
      let mask = UInt64.max - (0..<order).reduce(64) { size, _ in size * 2 } + 2
      for page in map.rawPages(1..<1 << order) {
        #expect(page.compoundInfo == (holdMasks ? mask : UInt64(map.base) + 1))
        #expect(page.privateData == (storesPrivate ? 0 : 7))
      }
    }
  }

  @Test("The function that takes a reference has another name since 7.2")
  func names() {
    for (major, minor) in [(6, 1), (6, 12), (7, 0), (7, 1)] {
      #expect(KernelVersion(major, minor).pageRefAddUnless == "page_ref_add_unless(page, nr, u)")
    }
    for (major, minor) in [(7, 2), (7, 3), (8, 0)] {
      #expect(
        KernelVersion(major, minor).pageRefAddUnless == "page_ref_add_unless_zero(page, nr)")
    }
  }

  @Test(
    "What a kernel has in last_cpupid and lru.prev, and the model elsewhere, changes no answer",
    arguments: 0...10)
  func whatDecodingIgnores(order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    for encoding in optimizableEncodings where encoding.hvoStates.contains(.off) {
      for value in [0, 0x15_5555, 0x1f_ffff] as [UInt64] {
        let map = try memory.map(encoding.format)
        for pfn in 0..<map.pageCount {
          let page = unsafe map[pfn]
          let flags = page.flags.rawValue & ~(0x1f_ffff << 34)
          page.flags = PageFlags(rawValue: flags | value << 34)
          // Its own address, or LIST_POISON2.
          page.lruPrevious = value == 0 ? page.address + 8 : 0xdead_0000_0000_0122
        }
        try memory.expectRightAnswers(of: encoding, in: map, .off)
      }
    }
  }
}
