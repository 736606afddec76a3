import Testing
import Vmemmap

@Suite("Memory maps that miss their alignment")
struct MisalignmentTests {
  /// Also such as are no powers of two.
  private static let displacements = [4096, 8192, 12288, 32768, 3 << 18, 1 << 20, 128 << 20]

  @Test(
    "As many heads are wrong by mask as the formula says, and none by pointer",
    arguments: displacements)
  func wrongHeads(displacement: Int) throws {
    let map = try MemoryMap(
      format: HeadPointerFormat.self, sections: [MemorySection(pages: 1 << 16)],
      displacement: displacement)
    for order in 0...16 {
      let wrong = Misalignment.wrongHeads(of: MaskEncoding.self, order: order, in: map)
      #expect(
        wrong == Misalignment.predictedWrongHeads(displacement: displacement, order: order))
      // Every tail or none: from the first order whose struct pages the displacement does not fill.
      let isHurt = displacement % (64 << order) != 0
      #expect(wrong == (isHurt ? 1 << order - 1 : 0), "order \(order)")
      #expect(
        isHurt == (order >= (Misalignment.firstWrongOrder(displacement: displacement) ?? 23)))
      #expect(Misalignment.wrongHeads(of: PointerEncoding.self, order: order, in: map) == 0)
    }
  }

  @Test(
    "The first order that is hurt",
    arguments: [
      (4096, 7), (12288, 7), (32768, 10), (1 << 20, 15), (128 << 20, 22), (64, 1),
    ])
  func firstWrongOrder(displacement: Int, order: Int) {
    #expect(Misalignment.firstWrongOrder(displacement: displacement) == order)
  }

  @Test("An aligned map is hurt by no order")
  func aligned() throws {
    #expect(Misalignment.firstWrongOrder(displacement: 0) == nil)
    #expect(Misalignment.firstWrongOrder(displacement: 256 << 20) == nil)
    let map = try MemoryMap(
      format: HeadPointerFormat.self, sections: [MemorySection(pages: 1 << 12)])
    for order in 0...12 {
      #expect(Misalignment.wrongHeads(of: MaskEncoding.self, order: order, in: map) == 0)
    }
  }
}
