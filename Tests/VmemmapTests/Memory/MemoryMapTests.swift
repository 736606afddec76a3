import Testing
import Vmemmap

@Suite("Memory maps")
struct MemoryMapTests {
  @Test(
    "Page frame 0 stands at a multiple of the largest folio's struct pages", arguments: tailFormats)
  func alignment(format: any TailFormat.Type) throws {
    let map = try ModelledMemory(order: 0, folios: 64).map(format)
    #expect(map.base % (256 << 20) == 0)
  }

  @Test(
    "A map of the mask format at any other address is refused",
    arguments: [4096, 1 << 20, 128 << 20])
  func misaligned(displacement: Int) throws {
    let error = #expect(throws: VmemmapError.self) {
      _ = try MemoryMap(
        format: HeadMaskFormat.self, sections: [MemorySection(pages: 512)],
        displacement: displacement)
    }
    guard case .misaligned(let base, "mask", 268_435_456) = error else {
      Issue.record("other values, or another error: \(String(describing: error))")
      return
    }
    #expect(base % (256 << 20) == UInt(displacement))
    let text = "\(try #require(error))"
    #expect(text.contains("0x" + String(base, radix: 16)) && text.contains("268435456"))
  }

  @Test(
    "A map of the pointer format is right wherever it is", arguments: [4096, 1 << 20, 128 << 20])
  func displacedPointer(displacement: Int) throws {
    let memory = ModelledMemory(order: 9, foliosPerSection: 2)
    var map = try MemoryMap(
      format: HeadPointerFormat.self, sections: memory.sections, displacement: displacement)
    #expect(map.base % (256 << 20) == UInt(displacement))
    try map.initialize(order: 9)
    for state in [HVOState.off, .on] {
      if state == .on { try map.optimize(folios: memory.heads) }
      for encoding in encodings(rightIn: state) where encoding.format == HeadPointerFormat.self {
        try memory.expectRightAnswers(of: encoding, in: map, state)
      }
    }
  }

  @Test("What the refusal is for: masks in a map that is not aligned find wrong heads")
  func whyMisalignedIsRefused() throws {
    var map = try MemoryMap(
      format: HeadPointerFormat.self, sections: [MemorySection(pages: 512)], displacement: 4096)
    try map.initialize(order: 0)
    unsafe HeadMaskFormat.prepCompoundPage(map[0], order: 9)
    let wrong = (0..<512).count { unsafe MaskEncoding.compoundHead(map[$0]) != map[0] }
    #expect(wrong > 0)
  }

  @Test("A displaced map does not take the mask format later, and stays as it was")
  func misalignedLater() throws {
    let memory = ModelledMemory(order: 9, folios: 2)
    var map = try MemoryMap(
      format: HeadPointerFormat.self, sections: memory.sections, displacement: 8192)
    try map.initialize(order: 9)
    let pages = map.rawPages
    #expect(
      throws: VmemmapError.misaligned(base: map.base, format: "mask", alignment: 256 << 20)
    ) { try map.initialize(order: 3, format: HeadMaskFormat.self) }
    #expect(map.format == HeadPointerFormat.self && map.order == 9)
    #expect(map.firstChange(from: pages) == nil)
  }

  @Test("A map prepared anew is right in its new order and format", arguments: tailFormats)
  func preparedAnew(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(order: 10, foliosPerSection: 2)
    for other in tailFormats {
      var map = try memory.map(other)
      try map.initialize(order: 10, format: format)
      let fresh = map.rawPages
      try map.initialize(order: 3, format: other)
      try map.initialize(order: 10, format: format)
      #expect(map.format == format && map.order == 10)
      #expect(map.firstChange(from: fresh) == nil)
      for encoding in encodings(rightIn: .off) where encoding.format == format {
        try memory.expectRightAnswers(of: encoding, in: map, .off)
      }
    }
  }

  @Test(
    "Orders below 0 and above MAX_FOLIO_ORDER are refused, and change nothing",
    arguments: [-1, 23, 64])
  func orders(order: Int) throws {
    var map = try ModelledMemory(order: 9, folios: 1).map(HeadPointerFormat.self)
    let pages = map.rawPages
    #expect(throws: VmemmapError.orderOutOfRange(order: order, range: 0...22)) {
      try map.initialize(order: order, format: HeadMaskFormat.self)
    }
    #expect(map.format == HeadPointerFormat.self && map.order == 9)
    #expect(map.firstChange(from: pages) == nil)
  }

  @Test("Sections that do not fill vmemmap pages are refused", arguments: [-64, 0, 1, 63, 65])
  func sections(pages: Int) {
    #expect(throws: VmemmapError.partialVmemmapPage(sectionPages: pages, multiple: 64)) {
      _ = try MemoryMap(
        format: HeadMaskFormat.self,
        sections: [MemorySection(pages: 128), MemorySection(pages: pages)])
    }
  }

  @Test("A node whose number the flags have no room for is refused", arguments: [-1, 64, 1 << 20])
  func nodesBeyondFlags(node: Int) throws {
    let error = VmemmapError.nodeBeyondFlags(node: node)
    let beyond = ModelledMemory(order: 0, sections: [MemorySection(node: node, pages: 64)])
    for bindToNodes in [false, true] {
      #expect(throws: error) { _ = try beyond.map(HeadMaskFormat.self, bindToNodes: bindToNodes) }
    }
    let memory = ModelledMemory(order: 0, sections: [MemorySection(pages: 64)])
    for templateNode in [TemplateNode.node(node), .global(node: node)] {
      #expect(throws: error) { _ = try memory.map(HeadMaskFormat.self, templateNode: templateNode) }
    }
  }

  @Test("A node without memory can't be bound to, but be modelled")
  func nodes() throws {
    let nodes = Topology.current().nodesWithMemory
    let absent = try #require((0..<64).last { !nodes.contains($0) })
    let memory = ModelledMemory(order: 0, sections: [MemorySection(node: absent, pages: 64)])
    #expect(throws: VmemmapError.noSuchNode(node: absent, nodes: nodes)) {
      _ = try memory.map(HeadMaskFormat.self, bindToNodes: true)
    }
    for templateNode in [TemplateNode.node(absent), .global(node: absent)] {
      #expect(throws: VmemmapError.noSuchNode(node: absent, nodes: nodes)) {
        _ = try memory.map(HeadMaskFormat.self, templateNode: templateNode)
      }
    }
    let modelled = try memory.map(HeadMaskFormat.self)
    unsafe #expect(modelled[0].flags.node == absent)
  }

  @Test(
    "Struct pages are zero before they are initialised, and all there",
    arguments: [MappingSize.base, .huge])
  func populated(mappingSize: MappingSize) throws {
    let map = try MemoryMap(
      format: HeadMaskFormat.self, sections: [MemorySection(pages: 1 << 16)],
      mappingSize: mappingSize)
    #expect(try map.allocatedBytes() == 4 << 20)
    #expect(map.order == nil && map.optimizedFolios.isEmpty)
    #expect(map.rawPages.allSatisfy { $0.words == .zero })
  }

  @Test("Page frames and struct pages lead to each other")
  func pageFrameNumbers() throws {
    let map = try ModelledMemory(order: 0, folios: 256).map(HeadMaskFormat.self)
    for pfn in 0..<256 {
      unsafe #expect(map[pfn].address == map.base + UInt(pfn) * 64)
      unsafe #expect(map.pageFrameNumber(of: map[pfn]) == pfn)
    }
  }
}
