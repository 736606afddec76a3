import Testing
import Vmemmap

/// What the kernel accounts for the memory file, to the byte.
@Suite("HVO: what is saved")
struct SavedMemoryTests {
  @Test(
    "Old layout: all but one vmemmap page of each folio is freed, and comes back",
    arguments: [(7, 4), (8, 12), (9, 28), (10, 60), (18, 16_380)])
  func oldLayout(order: Int, kibibytesPerFolio: Int) throws {
    let memory = ModelledMemory(order: order, folios: order == 18 ? 1 : 6)
    var map = try memory.map(HeadPointerFormat.self)
    let before = try map.allocatedBytes()
    #expect(before == map.pageCount * 64)
    for (count, head) in memory.heads.enumerated() {
      try map.optimize(folios: [head])
      #expect(try map.allocatedBytes() == before - (count + 1) * kibibytesPerFolio * 1024)
    }
    let proof = try map.aliasingProof()
    #expect(proof.savedBytes == memory.heads.count * kibibytesPerFolio * 1024)
    #expect(proof.fullBytes == before && proof.allocatedBytes == before - proof.savedBytes)
    #expect(proof.vmemmapPages == map.pageCount / 64)
    try map.restore(folios: memory.heads)
    #expect(try map.allocatedBytes() == before)
  }

  @Test(
    "New layout: the same but for one template, which stays",
    arguments: [(7, 4), (8, 12), (9, 28), (10, 60), (18, 16_380)])
  func newLayout(order: Int, kibibytesPerFolio: Int) throws {
    let memory = ModelledMemory(order: order, folios: order == 18 ? 1 : 6)
    var map = try memory.map(HeadMaskFormat.self)
    let before = try map.allocatedBytes()
    #expect(before == map.pageCount * 64)
    for (count, head) in memory.heads.enumerated() {
      try map.optimize(folios: [head])
      #expect(try map.allocatedBytes() == before - (count + 1) * kibibytesPerFolio * 1024 + 4096)
    }
    #expect(
      try map.aliasingProof().savedBytes == memory.heads.count * kibibytesPerFolio * 1024 - 4096)
    try map.restore(folios: memory.heads)
    #expect(try map.allocatedBytes() == before + 4096)
  }

  @Test(
    "There is one template for each zone of each node, and each order in use",
    arguments: optimizableSmallOrders)
  func templates(order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    var map = try memory.map(HeadMaskFormat.self)
    #expect(map.templateCount == 0)
    for (count, range) in memory.ranges.enumerated() {
      try map.optimize(folios: memory.heads.filter { range.pfns.contains($0) })
      #expect(map.templateCount == count + 1)
    }
    try map.restore(folios: memory.heads)
    try map.optimize(folios: memory.heads)
    #expect(map.templateCount == memory.sections.count)

    // The next order has templates of its own; those of this one stay.
    try map.restore(folios: memory.heads)
    try map.initialize(order: order - 1)
    guard order > 7 else { return }
    try map.optimize(folios: memory.heads)
    #expect(map.templateCount == 2 * memory.sections.count)
    try ModelledMemory(order: order - 1, sections: memory.sections)
      .expectRightAnswers(of: MaskEncoding.self, in: map, .elsewhere)
  }

  @Test("The old layout needs no template")
  func oldLayoutHasNoTemplate() throws {
    let memory = ModelledMemory(order: 9, foliosPerSection: 2)
    var map = try memory.map(HeadPointerFormat.self)
    try map.optimize(folios: memory.heads)
    #expect(map.templateCount == 0)
  }

  @Test("A map with more zones and orders than it has room for templates says so, and stays right")
  func tooManyTemplates() throws {
    let memory = ModelledMemory(
      order: 7, sections: (0..<64).map { MemorySection(node: $0, zone: .normal, pages: 256) })
    var map = try memory.map(HeadMaskFormat.self)
    try map.optimize(folios: memory.heads)
    #expect(map.templateCount == 64)
    try map.restore(folios: memory.heads)
    try map.initialize(order: 8)
    #expect(throws: VmemmapError.tooManyTemplates(limit: 64)) { try map.optimize(folios: [256]) }
    #expect(map.optimizedFolios.isEmpty)
    let larger = ModelledMemory(order: 8, sections: memory.sections)
    try larger.expectRightAnswers(of: MaskEncoding.self, in: map, .elsewhere)
  }

  @Test("A map prepared anew in another format makes templates of that format")
  func templatesOfAnotherFormat() throws {
    let memory = ModelledMemory(order: 9, folios: 2)
    var map = try memory.map(HeadMaskFormat.self)
    try map.optimize(folios: memory.heads)
    try map.restore(folios: memory.heads)
    try map.initialize(order: 9, format: OrderFormat.self)
    let fresh = map.rawPages
    try map.optimize(folios: memory.heads)
    #expect(map.templateCount == 2)
    let tails = fresh.enumerated().map { $0 % 512 < 64 ? $1 : $1.withoutLastCPUPID }
    #expect(map.firstChange(from: tails) == nil)
  }

  @Test("Huge mappings give back the same", arguments: tailFormats)
  func hugeMappings(format: any TailFormat.Type) throws {
    // 2.5 MiB of struct pages: the file is filled up to whole huge pages where they are granted.
    let memory = ModelledMemory(order: 9, folios: 80)
    var map = try memory.map(format, mappingSize: .huge)
    let before = try map.allocatedBytes()
    #expect(before == (map.mappingSize == .huge ? 4 << 20 : 80 << 15))
    #expect(try map.aliasingProof().savedBytes == 0)
    try map.optimize(folios: memory.heads)
    let templates = format.sharedTails == .template ? 4096 : 0
    #expect(try map.allocatedBytes() == before - 80 * 28 * 1024 + templates)
    #expect(try map.aliasingProof().savedBytes == 80 * 28 * 1024 - templates)
  }
}

/// A format that shares a template, and whose tails hold their order.
private enum OrderFormat: TailFormat {
  static var name: String { "order" }
  static func compoundInfo(head: Page, order: Int) -> UInt { UInt(order) << 1 | 1 }
  static func head(of page: Page, compoundInfo word: UInt) -> Page { page }
  static var needsNaturalAlignment: Bool { true }
  static var sharedTails: SharedTails? { .template }
}
