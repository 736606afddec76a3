import Testing
import Vmemmap

/// Every single page, asked for head, kind, zone and node, by every encoding where it is right.
@Suite("compound_head() and the flags that depend on it")
struct CompoundHeadTests {
  @Test(
    "Where no folio is optimised every page of every order is read right, with others so or not",
    arguments: compoundEncodings, smallOrders)
  func withoutHVO(encoding: any CompoundEncoding.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 4)
    let map = try memory.map(encoding.format)
    for state in [HVOState.off, .elsewhere] where encoding.hvoStates.contains(state) {
      try memory.expectRightAnswers(of: encoding, in: map, state)
    }
  }

  @Test(
    "With all folios optimised every page is read right",
    arguments: optimizableEncodings.filter { $0.hvoStates.contains(.on) }, optimizableSmallOrders)
  func withHVO(encoding: any CompoundEncoding.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    var map = try memory.map(encoding.format)
    try map.optimize(folios: memory.heads)
    #expect(map.optimizedFolios == Set(memory.heads))
    try memory.expectRightAnswers(of: encoding, in: map, .on)
  }

  @Test(
    "HVO applied and undone again and again leaves every page right, each time",
    arguments: optimizableEncodings, optimizableSmallOrders)
  func cycles(encoding: any CompoundEncoding.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 1)
    var map = try memory.map(encoding.format)
    for _ in 0..<3 {
      try map.optimize(folios: memory.heads)
      if encoding.hvoStates.contains(.on) {
        try memory.expectRightAnswers(of: encoding, in: map, .on)
      }
      try map.restore(folios: memory.heads)
      #expect(map.optimizedFolios.isEmpty)
      if encoding.hvoStates.contains(.off) {
        try memory.expectRightAnswers(of: encoding, in: map, .off)
      }
    }
  }

  @Test(
    "With some folios optimised, optimised and other ones are read right",
    arguments: optimizableEncodings, optimizableSmallOrders)
  func partly(encoding: any CompoundEncoding.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 4)
    let heads = memory.heads
    var map = try memory.map(encoding.format)
    // Neighbours in both states, on both sides of a section's end: some never optimised, some
    // optimised, some restored.
    try map.optimize(folios: heads.indices.filter { $0 % 3 != 0 }.map { heads[$0] })
    try map.restore(folios: heads.indices.filter { $0 % 5 == 1 }.map { heads[$0] })
    let optimized = map.optimizedFolios
    #expect(!optimized.isEmpty && optimized.count < heads.count)
    for state in encoding.hvoStates where state != .off {
      try memory.expectRightAnswers(of: encoding, in: map, state) { pfn in
        optimized.contains(pfn / (1 << order) * (1 << order)) == (state == .on)
      }
    }
  }

  @Test(
    "A gigantic page of order 18 is read right before, under and after HVO, and its neighbour too",
    arguments: tailFormats)
  func gigantic(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(order: 18, folios: 2)
    let neighbour = 1 << 18
    var map = try memory.map(format)
    func check(_ state: HVOState, where isWanted: (Int) -> Bool = { _ in true }) throws {
      for encoding in encodings(rightIn: state) where encoding.format == format {
        try memory.expectRightAnswers(of: encoding, in: map, state, where: isWanted)
      }
    }
    try check(.off)
    try map.optimize(folios: [0])
    try check(.on) { $0 < neighbour }
    try check(.elsewhere) { $0 >= neighbour }
    try map.restore(folios: [0])
    try check(.off)
  }

  @Test(
    "Pages at a section's end that fill no compound page are of order 0",
    arguments: encodings(rightIn: .off), smallOrders)
  func remainders(encoding: any CompoundEncoding.Type, order: Int) throws {
    let memory = ModelledMemory(
      order: order,
      sections: [
        MemorySection(node: 1, zone: .dma32, pages: 1024 + 64),
        MemorySection(node: 2, zone: .normal, pages: 2048 + 64),
      ])
    let map = try memory.map(encoding.format)
    try memory.expectRightAnswers(of: encoding, in: map, .off)
  }

  @Test(
    "A page that is not compound is its own head, whatever even word it holds",
    arguments: compoundEncodings.filter { $0.format.folioSize == 0 })
  func evenWords(encoding: any CompoundEncoding.Type) throws {
    let memory = ModelledMemory(order: 0, folios: 64)
    let map = try memory.map(encoding.format)
    var generator = SplitMix(state: 42)
    for state in encoding.hvoStates {
      try withStaticKey(of: encoding, in: state) {
        for _ in 0..<10_000 {
          let page = unsafe map[Int.random(in: 0..<64, using: &generator)]
          page.compoundInfo = UInt.random(in: 0...UInt.max, using: &generator) & ~1
          let (head, isTail) = (encoding.compoundHead(page), encoding.isTail(page))
          try #require(head == page && !isTail, "word \(page.compoundInfo)")
        }
      }
    }
  }

  @Test("A huge mapping changes no answer without HVO either", arguments: formatsWithoutHVO)
  func hugeMappingsWithoutHVO(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(order: 9, folios: 80)
    let map = try memory.map(format, mappingSize: .huge)
    for encoding in compoundEncodings where encoding.format == format {
      try memory.expectRightAnswers(of: encoding, in: map, .off)
    }
  }

  @Test(
    "Tails of a node-wide template show no zone; through the head it is found",
    arguments: optimizableSmallOrders)
  func nodeTemplates(order: Int) throws {
    typealias Encoding = NodeTemplateMaskEncoding
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    var map = try memory.map(Encoding.Format.self)
    try memory.expectRightAnswers(of: Encoding.self, in: map, .off)
    try map.optimize(folios: memory.heads)
    try memory.expectRightAnswers(of: Encoding.self, in: map, .on)
    // Section 1 is of the normal zone; its second vmemmap page is the template.
    let tail = unsafe map[memory.ranges[1].pfns.lowerBound + 64]
    #expect(tail.flags.zoneNumber == 0)
    // Two of the five sections are of one node.
    #expect(map.templateCount == 3)
  }

  @Test(
    "A huge mapping changes no answer, before, under and after HVO", arguments: optimizableEncodings
  )
  func hugeMappings(encoding: any CompoundEncoding.Type) throws {
    let memory = ModelledMemory(order: 9, folios: 80)
    var map = try memory.map(encoding.format, mappingSize: .huge)
    for state in [HVOState.off, .on, .off] {
      switch state {
      case .on: try map.optimize(folios: memory.heads)
      case .off, .elsewhere: try map.restore(folios: memory.heads)
      }
      if encoding.hvoStates.contains(state) {
        try memory.expectRightAnswers(of: encoding, in: map, state)
      }
    }
  }
}
