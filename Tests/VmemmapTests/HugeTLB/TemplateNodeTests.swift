import Testing
import Vmemmap

/// Where templates lie, and what their flags say.
@Suite("Templates on chosen nodes")
struct TemplateNodeTests {
  private static let nodes = Nodes.withMemory.filter(Nodes.allowed.contains)
  private static let notTold: Comment = "the kernel or a container does not tell where pages are"

  /// Two zones on each node.
  private static func memory(on nodes: [Int]) -> ModelledMemory {
    ModelledMemory(
      order: 9,
      sections: nodes.flatMap {
        [
          MemorySection(node: $0, zone: .normal, pages: 1024),
          MemorySection(node: $0, zone: .movable, pages: 1024),
        ]
      })
  }

  /// The addresses of every section's first aliased vmemmap page.
  private static func aliases(
    in map: borrowing MemoryMap, of memory: ModelledMemory
  ) -> [UInt] {
    memory.ranges.map { map.base + UInt($0.pfns.lowerBound + 64) * 64 }
  }

  @Test(
    "All templates on one node: one for each zone of each node still, and all answers as ever",
    .enabled(if: Nodes.areTold, notTold), arguments: nodes)
  func named(node: Int) throws {
    let memory = Self.memory(on: Self.nodes)
    var map = try memory.map(
      HeadMaskFormat.self, bindToNodes: true, templateNode: .node(node))
    try map.optimize(folios: memory.heads)
    #expect(map.templateCount == memory.sections.count)
    #expect(Set(Nodes.holding(Self.aliases(in: map, of: memory))) == [node])
    let placement = try map.placement()
    #expect(placement.share == 1 && placement.templates.pages == map.templateCount)
    try memory.expectRightAnswers(of: MaskEncoding.self, in: map, .on)
  }

  @Test(
    "One template for a zone of all nodes: tails find their heads and zones, but name its node",
    .enabled(if: Nodes.areTold, notTold), arguments: nodes)
  func global(node: Int) throws {
    // Folios of a node that is not here as well: their struct pages are bound to none.
    let memory = Self.memory(on: Self.nodes + [63])
    var map = try memory.map(HeadMaskFormat.self, templateNode: .global(node: node))
    try map.optimize(folios: memory.heads)
    // Normal and movable.
    #expect(map.templateCount == 2)
    #expect(Set(Nodes.holding(Self.aliases(in: map, of: memory))) == [node])
    #expect(try map.placement().templates == Placement.Count(pages: 2, onTheirNode: 2))
    for (section, pfns) in memory.ranges {
      for pfn in pfns where pfn % 512 >= 64 {
        let page = unsafe map[pfn]
        #expect(unsafe MaskEncoding.compoundHead(page) == map[pfn / 512 * 512])
        #expect(page.flags.zoneNumber == section.zone.rawValue && page.flags.node == node)
      }
      // Asked of the head, the node is right, and so it is on the folio's own vmemmap page.
      unsafe #expect(map[pfns.lowerBound].flags.node == section.node)
      unsafe #expect(map[pfns.lowerBound + 63].flags.node == section.node)
    }
    try map.restore(folios: memory.heads)
    try memory.expectRightAnswers(of: MaskEncoding.self, in: map, .off)
  }
}
