import Testing
import Vmemmap

@Suite("The mask, with and without a branch")
struct MaskDecodingTests {
  @Test("Both give the page itself for any even word, and the head for the mask of any order")
  func agree() throws {
    let memory = ModelledMemory(order: 0, folios: 64)
    let map = try memory.map(HeadMaskFormat.self)
    var generator = SplitMix(state: 7)
    for _ in 0..<20_000 {
      let page = unsafe map[Int.random(in: 0..<64, using: &generator)]
      page.compoundInfo = UInt.random(in: 0...UInt.max, using: &generator) & ~1
      let (branchless, branchy) = (
        MaskEncoding.compoundHead(page), BranchyMaskEncoding.compoundHead(page)
      )
      try #require(branchless == page && branchy == page)
    }
    for order in 1...22 {
      let page = unsafe map[63]
      page.compoundInfo = UInt.max << UInt(order + 6) | 1
      // The map's base is a multiple of every order's size.
      let head = unsafe map[63 - 63 % (1 << order)]
      #expect(MaskEncoding.compoundHead(page) == head)
      #expect(BranchyMaskEncoding.compoundHead(page) == head)
    }
  }
}
