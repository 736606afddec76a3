import Glibc
import SystemPackage
import Testing

@testable import Vmemmap

/// On which nodes a map lies, against what the kernel says without the model.
@Suite("Placement")
struct PlacementTests {
  private static let nodes = Nodes.withMemory.filter(Nodes.allowed.contains)
  private static let oneNode: Comment = "memory of one node only"
  private static let notTold: Comment = "the kernel or a container does not tell where pages are"

  /// Two folios of order 9 on each node.
  private static let memory = ModelledMemory(
    order: 9, sections: nodes.map { MemorySection(node: $0, pages: 1024) })

  @Test(
    "Bound struct pages lie on the node of their section, every one of them",
    .enabled(if: Nodes.areTold, notTold), arguments: tailFormats, MappingSize.allCases)
  func structPages(format: any TailFormat.Type, mappingSize: MappingSize) throws {
    // Whole huge pages for each node.
    let memory = ModelledMemory(
      order: 9, sections: Self.nodes.map { MemorySection(node: $0, pages: 1 << 15) })
    let map = try memory.map(format, mappingSize: mappingSize, bindToNodes: true)
    for (section, pfns) in memory.ranges {
      let pages = pfns.lowerBound / 64..<pfns.upperBound / 64
      let nodes = Nodes.holding(pages.map { map.base + UInt($0) * 4096 })
      #expect(Set(nodes) == [section.node])
      #expect(try map.nodes(vmemmapPages: pages) == nodes)
    }
    let placement = try map.placement()
    #expect(placement.share == 1 && placement.vmemmapPages.pages == map.pageCount / 64)
  }

  @Test(
    "Aliased tails lie on their folio's node in either layout, and still do when restored",
    .enabled(if: Nodes.areTold, notTold), arguments: tailFormats)
  func aliases(format: any TailFormat.Type) throws {
    let memory = Self.memory
    var map = try memory.map(format, bindToNodes: true)
    for state in [HVOState.on, .off] {
      if state == .on { try map.optimize(folios: memory.heads) }
      if state == .off { try map.restore(folios: memory.heads) }
      for (section, pfns) in memory.ranges {
        let pages = stride(from: pfns.lowerBound, to: pfns.upperBound, by: 64)
        let addresses = pages.map { unsafe map[$0].address }
        #expect(Set(Nodes.holding(addresses)) == [section.node])
      }
      #expect(try map.placement().share == 1)
    }
  }

  @Test(
    "Folios that are allocated apart lie on their node as well",
    .enabled(if: Nodes.areTold, notTold), arguments: formatsWithoutHVO, [0, 9])
  func folios(format: any TailFormat.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, sections: Self.memory.sections)
    let map = try memory.map(format, bindToNodes: true)
    let placement = try map.placement()
    #expect(placement.share == 1 && placement.vmemmapPages.pages == map.vmemmapPageCount)
    #expect((placement.folios.pages > 0) == (format.folioSize > 0))
    // Of order 9 all folios share a page.
    for (section, pfns) in memory.ranges where format.folioSize > 0 && order == 0 {
      let folios = pfns.map { unsafe format.head(of: map[$0], compoundInfo: map[$0].compoundInfo) }
      #expect(Set(Nodes.holding(folios.map { $0.address & ~4095 })) == [section.node])
    }
  }

  @Test(
    "What lies elsewhere is found, and told by its share",
    .enabled(if: Nodes.areTold && nodes.count > 1, oneNode))
  func elsewhere() throws {
    // The sections' nodes the wrong way round, by a policy that is not the map's.
    let (right, wrong) = (Self.nodes[0], Self.nodes[1])
    let memory = ModelledMemory(
      order: 9,
      sections: [MemorySection(node: right, pages: 1024), MemorySection(node: wrong, pages: 1024)])
    var map = try memory.map(HeadMaskFormat.self, bindToNodes: true)
    let pages = (0..<8).map { map.base + UInt($0) * 4096 }
    #expect(Nodes.move(pages, to: wrong, ofAllProcesses: false) == pages.map { _ in wrong })
    var placement = try map.placement()
    #expect(placement.vmemmapPages == Placement.Count(pages: 32, onTheirNode: 24))
    #expect(placement.share == 0.75)
    #expect(try map.nodes(vmemmapPages: 7..<9) == [wrong, right])
    // Optimising frees seven of them; the eighth is kept where it is.
    try map.optimize(folios: memory.heads)
    placement = try map.placement()
    #expect(placement.vmemmapPages == Placement.Count(pages: 32, onTheirNode: 31))
    #expect(placement.templates == Placement.Count(pages: 2, onTheirNode: 2))
  }

  @Test(
    "MPOL_MF_MOVE leaves an aliased page, EACCES; MPOL_MF_MOVE_ALL moves it with all its aliases",
    .enabled(if: Nodes.areTold && nodes.count > 1, oneNode), arguments: tailFormats)
  func migration(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(
      order: 9, sections: [MemorySection(node: Self.nodes[0], pages: 512)])
    var map = try memory.map(format, bindToNodes: true)
    try map.optimize(folios: memory.heads)
    let aliases = (1..<8).map { map.base + UInt($0) * 4096 }
    let before = Nodes.holding(aliases)
    let pages = map.rawPages
    #expect(before == aliases.map { _ in Self.nodes[0] })

    let refused = Nodes.move([aliases[3]], to: Self.nodes[1], ofAllProcesses: false)
    #expect(refused == [-Int(EACCES)])
    #expect(Nodes.holding(aliases) == before)

    let moved = Nodes.move([aliases[3]], to: Self.nodes[1], ofAllProcesses: true)
    #expect(moved == [Self.nodes[1]])
    #expect(Nodes.holding(aliases) == aliases.map { _ in Self.nodes[1] })
    // One page still, with the same in it.
    if Privilege.seesPageFrames {
      #expect(Set(try #require(try map.physicalFrames(vmemmapPages: 1..<8))).count == 1)
    }
    #expect(map.firstChange(from: pages) == nil)
    // The model sees it, too: the old layout's aliases are the page with the head.
    let astray = format.sharedTails == .firstVmemmapPage ? 8 : 7
    #expect(
      try map.placement().vmemmapPages == Placement.Count(pages: 8, onTheirNode: 8 - astray))
  }

  @Test(
    "A node that the process's cpuset lacks can't be bound to, and the error says why",
    .enabled(if: nodes != Nodes.withMemory, "the process may use every node"))
  func cpuset() throws {
    let lacking = try #require(Nodes.withMemory.first { !Nodes.allowed.contains($0) })
    let memory = ModelledMemory(order: 9, sections: [MemorySection(node: lacking, pages: 1024)])
    let error = #expect(throws: VmemmapError.self) {
      _ = try memory.map(HeadMaskFormat.self, bindToNodes: true)
    }
    #expect("\(try #require(error))".contains("Mems_allowed_list"))
    // What does not bind to it still works.
    #expect(try memory.map(HeadMaskFormat.self).placement().share == 0)
    #expect(try Self.memory.map(HeadMaskFormat.self, bindToNodes: true).placement().share == 1)
  }

  @Test("Where binding is forbidden, the error says so, and a map that is not bound can be had")
  func forbidden() throws {
    let isBinding: @Sendable (String) -> Errno? = { $0.hasPrefix("bind ") ? .notPermitted : nil }
    try SystemCall.$fault.withValue(isBinding) {
      let error = #expect(throws: VmemmapError.self) {
        _ = try Self.memory.map(HeadMaskFormat.self, bindToNodes: true)
      }
      guard case .numa(let attempt, .notPermitted) = error else {
        Issue.record("another error: \(String(describing: error))")
        return
      }
      #expect(attempt == "bind 65536 bytes to node \(Self.nodes[0])")
      var map = try Self.memory.map(HeadMaskFormat.self)
      try map.optimize(folios: Self.memory.heads)
    }
  }
}
