import Testing
import Vmemmap

@Suite("snapshot_page()")
struct PageSnapshotTests {
  @Test(
    "A copy leads to the head by the address that it was taken from, and outlives its page",
    arguments: allTailFormats)
  func heads(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(order: 9, folios: 2)
    var map = try memory.map(format)
    let snapshots = (0..<map.pageCount).map {
      unsafe PageSnapshot(of: map[$0], structPageSize: format.structPageSize)
    }
    let heads = (0..<map.pageCount).map { pfn in unsafe format.head(ofFirst: map[pfn / 512 * 512]) }
    let raw = map.base
    #expect(snapshots[513].words.count == format.structPageSize / 8)
    #expect(
      snapshots[513].words[1]
        == RawMemory.integer(at: raw + UInt(513 * format.structPageSize + 8), as: UInt64.self))
    try map.initialize(order: 0)
    for (snapshot, head) in zip(snapshots, heads) {
      try #require(snapshot.head(in: format) == head)
    }
  }

  @Test("Under HVO copies of tails in a template lead to their own heads, though all are alike")
  func templates() throws {
    let memory = ModelledMemory(order: 9, folios: 2)
    var map = try memory.map(HeadMaskFormat.self)
    try map.optimize(folios: memory.heads)
    let (one, other) = unsafe (PageSnapshot(of: map[100]), PageSnapshot(of: map[612]))
    #expect(one.words == other.words)
    #expect(unsafe one.head(in: HeadMaskFormat.self) == map[0])
    #expect(unsafe other.head(in: HeadMaskFormat.self) == map[512])
  }

  @Test("What goes wrong without the address: a mask applied to the copy's own leads anywhere")
  func withoutTheAddress() throws {
    let memory = ModelledMemory(order: 9, folios: 2)
    func head<Encoding: CompoundEncoding>(ofCopyIn map: borrowing MemoryMap, _: Encoding.Type)
      -> Page
    {
      let snapshot = unsafe PageSnapshot(of: map[700])
      return unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 64) { copy in
        unsafe copy.copyBytes(
          from: snapshot.words.flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
          })
        return Encoding.compoundHead(Page(address: UInt(bitPattern: copy.baseAddress)))
      }
    }
    let masks = try memory.map(HeadMaskFormat.self)
    #expect(unsafe head(ofCopyIn: masks, MaskEncoding.self) != masks[512])
    let pointers = try memory.map(HeadPointerFormat.self)
    #expect(unsafe head(ofCopyIn: pointers, PointerEncoding.self) == pointers[512])
  }
}
