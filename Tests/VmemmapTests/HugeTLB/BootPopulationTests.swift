import Testing

@testable import Vmemmap

@Suite("Huge pages built optimised at boot")
struct BootPopulationTests {
  @Test(
    "They are the same, to the bit and the byte, as huge pages initialised and optimised",
    arguments: tailFormats + [NodeTemplateMaskFormat.self], optimizableSmallOrders)
  func sameAsOptimized(format: any TailFormat.Type, order: Int) throws {
    try expectSame(ModelledMemory(order: order, foliosPerSection: 2), format)
  }

  @Test("So is one of 1 GiB", arguments: tailFormats)
  func sameAsOptimizedGigantic(format: any TailFormat.Type) throws {
    try expectSame(ModelledMemory(order: 18, folios: 1), format)
  }

  @Test(
    "So are those of larger base pages", arguments: tailFormats, [(16 << 10, 10), (64 << 10, 12)])
  func sameAsOptimizedLarger(
    format: any TailFormat.Type, sizes: (basePage: Int, order: Int)
  ) throws {
    try expectSame(
      ModelledMemory(order: sizes.order, folios: 3), format, basePageSize: sizes.basePage)
  }

  /// Compares what stands in the map and what is behind it: as built, restored, optimised again.
  private func expectSame(
    _ memory: ModelledMemory, _ format: any TailFormat.Type, basePageSize: Int = 4096
  ) throws {
    var built = try memory.bootMap(format, basePageSize: basePageSize)
    var usual = try memory.map(format, basePageSize: basePageSize)
    try usual.optimize(folios: memory.heads)
    func expectEqual(_ when: Comment, sourceLocation: SourceLocation = #_sourceLocation) throws {
      #expect(built.relativePages == usual.relativePages, when, sourceLocation: sourceLocation)
      #expect(built.optimizedFolios == usual.optimizedFolios, when, sourceLocation: sourceLocation)
      #expect(built.templateCount == usual.templateCount, when, sourceLocation: sourceLocation)
      #expect(
        try built.aliasingProof() == usual.aliasingProof(), when, sourceLocation: sourceLocation)
    }
    #expect(built.optimizedFolios == Set(memory.heads))
    try expectEqual("as built")
    try built.restore(folios: memory.heads)
    try usual.restore(folios: memory.heads)
    try expectEqual("restored")
    #expect(built.optimizedFolios.isEmpty)
    try built.optimize(folios: memory.heads)
    try usual.optimize(folios: memory.heads)
    try expectEqual("optimised again")
  }

  @Test(
    "Every encoding that knows HVO finds every head",
    arguments: (optimizableEncodings + [NodeTemplateMaskEncoding.self])
      .filter { $0.hvoStates.contains(.on) }, optimizableSmallOrders)
  func answers(encoding: any CompoundEncoding.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    let map = try memory.bootMap(encoding.format)
    try memory.expectRightAnswers(of: encoding, in: map, .on)
  }

  @Test(
    "Each takes one vmemmap page, and in the new layout each zone a template, from its first moment",
    arguments: tailFormats)
  func allocation(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(order: 9, foliosPerSection: 2)
    var sparse = try SparseMemoryMap(format: format, sections: memory.sections)
    #expect(try sparse.allocatedBytes() == 0)
    var zones = 0
    var count = 0
    for range in memory.ranges {
      zones += 1
      for head in memory.heads where range.pfns.contains(head) {
        let left = try sparse.populateHVO([HugeBootmemPage(pfn: head, order: 9)])
        #expect(left.isEmpty)
        count += 1
        let templates = format.sharedTails == .template ? zones : 0
        #expect(try sparse.allocatedBytes() == (count + templates) * 4096)
      }
    }
    let map = try sparse.populateBasePages()
    #expect(try map.allocatedBytes() == (count + (map.templateCount)) * 4096)
  }

  /// In a process of its own, to know the memory file. The second half shows that the first could
  /// have failed.
  @Test("At no moment of the making is more allocated than what is kept")
  func peak() async {
    await #expect(processExitsWith: .success) {
      let memory = ModelledMemory(order: 18, folios: 4)
      for format in tailFormats {
        let kept = (format.sharedTails == .template ? 5 : 4) * 4096
        do {
          var sparse = try SparseMemoryMap(format: format, sections: memory.sections)
          let file = try #require(MemoryFile())
          let peak = try file.peak { _ = try sparse.populateHVO(memory.bootPages) }
          #expect(peak == kept)
          let map = try sparse.populateBasePages()
          #expect(file.allocatedBytes == kept && map.optimizedFolios.count == 4)
        }
        var usual = try MemoryMap(format: format, sections: memory.sections)
        let file = try #require(MemoryFile())
        let peak = try file.peak {
          try usual.initialize(order: 18)
          try usual.optimize(folios: memory.heads)
        }
        #expect(peak >= 4 * 4096 * 4096)
        #expect(file.allocatedBytes == kept)
      }
    }
  }

  @Test("Huge pages of several orders stand among ordinary pages", arguments: tailFormats)
  func mixed(format: any TailFormat.Type) throws {
    let sections = [
      MemorySection(zone: .normal, pages: 4096),
      MemorySection(node: 1, zone: .movable, pages: 2048),
    ]
    let pages = [
      HugeBootmemPage(pfn: 5120, order: 10), HugeBootmemPage(pfn: 512, order: 9),
      HugeBootmemPage(pfn: 128, order: 7), HugeBootmemPage(pfn: 2048, order: 9),
    ]
    var sparse = try SparseMemoryMap(format: format, sections: sections)
    #expect(try sparse.populateHVO(pages).isEmpty)
    var map = try sparse.populateBasePages()
    #expect(map.optimizedFolios == [128, 512, 2048, 5120])
    // 96 vmemmap pages, less 15, 7, 1 and 7; four pairs of zone and order, less one that is twice.
    let templates = format.sharedTails == .template ? 3 : 0
    #expect(try map.allocatedBytes() == (96 - 30 + templates) * 4096)

    func expectRightAnswers(_ state: HVOState) throws {
      let huge = { (pfn: Int) in pages.first { $0.pfnRange.contains(pfn) } }
      for encoding in encodings(rightIn: state) where encoding.format == format {
        try ModelledMemory(order: 0, sections: sections).expectRightAnswers(
          of: encoding, in: map, state
        ) { huge($0) == nil }
        for order in Set(pages.map(\.order)) {
          try ModelledMemory(order: order, sections: sections).expectRightAnswers(
            of: encoding, in: map, state
          ) { huge($0)?.order == order }
        }
      }
    }
    try expectRightAnswers(.on)
    try map.restore(folios: pages.map(\.pfn))
    #expect(try map.allocatedBytes() == (96 + templates) * 4096)
    try expectRightAnswers(.off)
    let ordinary = try ModelledMemory(order: 0, sections: sections).map(format)
    for pfns in [0..<128, 256..<512, 1024..<2048, 2560..<5120] {
      #expect(map.relativePages(pfns) == ordinary.relativePages(pfns))
    }
  }

  @Test(
    "A huge page that spans zones is left as ordinary pages, each with its own zone, and named",
    arguments: tailFormats)
  func spanning(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(
      order: 9,
      sections: [
        MemorySection(zone: .dma32, pages: 768), MemorySection(zone: .normal, pages: 192),
        MemorySection(node: 1, zone: .normal, pages: 576 + 512),
      ])
    var sparse = try SparseMemoryMap(format: format, sections: memory.sections)
    let left = try sparse.populateHVO(
      [0, 512, 1024, 1536].map { HugeBootmemPage(pfn: $0, order: 9) })
    let spanned = try #require(left.first)
    #expect(left.count == 1 && spanned.page == HugeBootmemPage(pfn: 512, order: 9))
    #expect(spanned.sections == memory.sections)
    for part in ["pfn 512", "order 9", "dma32 of node 0, normal of node 0, normal of node 1"] {
      #expect(spanned.description.contains(part))
    }
    var map = try sparse.populateBasePages()
    #expect(map.optimizedFolios == [0, 1024, 1536])
    let templates = format.sharedTails == .template ? 2 : 0
    #expect(try map.allocatedBytes() == (8 + 3 + templates) * 4096)
    #expect(throws: VmemmapError.orderOutOfRange(order: 0, range: 7...22)) {
      try map.optimize(folios: [512])
    }
    for encoding in encodings(rightIn: .on) where encoding.format == format {
      try memory.expectRightAnswers(of: encoding, in: map, .on)
    }
    var usual = try memory.map(format)
    try usual.optimize(folios: memory.heads)
    #expect(map.relativePages == usual.relativePages)
  }

  @Test("A format without HVO refuses it by name and reason", arguments: formatsWithoutHVO)
  func withoutHVO(format: any TailFormat.Type) {
    let error = VmemmapError.noOptimization(
      format: format.name, structPageSize: format.structPageSize)
    #expect(throws: error) {
      _ = try SparseMemoryMap(format: format, sections: [MemorySection(pages: 512)])
    }
  }

  @Test("Sections of one zone and node are one zone to a huge page", arguments: tailFormats)
  func sectionsOfOneZone(format: any TailFormat.Type) throws {
    let sections = [
      MemorySection(zone: .normal, pages: 320), MemorySection(zone: .normal, pages: 192),
    ]
    var sparse = try SparseMemoryMap(format: format, sections: sections)
    #expect(try sparse.populateHVO([HugeBootmemPage(pfn: 0, order: 9)]).isEmpty)
    let map = try sparse.populateBasePages()
    let memory = ModelledMemory(order: 9, folios: 1)
    for encoding in encodings(rightIn: .on) where encoding.format == format {
      try memory.expectRightAnswers(of: encoding, in: map, .on)
    }
  }

  @Test(
    "A page that can't be made is refused with its values, and no other one is made",
    arguments: tailFormats)
  func refusals(format: any TailFormat.Type) throws {
    var sparse = try SparseMemoryMap(format: format, sections: [MemorySection(pages: 2048)])
    for order in [-1, 0, 6, 23, 64] {
      try expectRefusal(.orderOutOfRange(order: order, range: 7...22), 0, order, in: &sparse)
    }
    for pfn in [-512, 2048, .max, .min] {
      try expectRefusal(.pageOutOfRange(pfn: pfn, pageCount: 2048), pfn, 9, in: &sparse)
    }
    try expectRefusal(.pageOutOfRange(pfn: 4095, pageCount: 2048), 0, 12, in: &sparse)
    try expectRefusal(.notWholeCompoundPages(pfns: 64..<576, order: 9), 64, 9, in: &sparse)
    try expectRefusal(.alreadyPopulated(pfns: 1024..<1536), 1024, 9, in: &sparse)
    try expectRefusal(.alreadyPopulated(pfns: 1408..<1536), 1408, 7, in: &sparse)
    try expectRefusal(.alreadyPopulated(pfns: 0..<2048), 0, 11, in: &sparse)
    #expect(try sparse.populateHVO([HugeBootmemPage(pfn: 512, order: 9)]).isEmpty)
    try expectRefusal(.alreadyPopulated(pfns: 512..<640), 512, 7, in: &sparse)
    let map = try sparse.populateBasePages()
    #expect(map.optimizedFolios == [512])
  }

  @Test("What could not be built optimised can be asked for again, or becomes ordinary pages")
  func failure() throws {
    // One zone more than there is room for templates.
    let memory = ModelledMemory(
      order: 7,
      sections: (0..<64).map { MemorySection(node: $0, pages: 256) } + [
        MemorySection(zone: .movable, pages: 256)
      ])
    let ordinary = ModelledMemory(order: 0, sections: memory.sections)
    var sparse = try SparseMemoryMap(format: HeadMaskFormat.self, sections: memory.sections)
    #expect(throws: VmemmapError.tooManyTemplates(limit: 64)) {
      _ = try sparse.populateHVO(memory.bootPages.filter { $0.pfn % 256 == 0 })
    }
    #expect(try sparse.populateHVO([HugeBootmemPage(pfn: 128, order: 7)]).isEmpty)
    var map = try sparse.populateBasePages()
    let folios = map.optimizedFolios
    #expect(folios.contains(128) && folios.count < 66)
    let isHuge = { (pfn: Int) in folios.contains(pfn / 128 * 128) }
    func expectRightAnswers(_ state: HVOState) throws {
      try memory.expectRightAnswers(of: MaskEncoding.self, in: map, state, where: isHuge)
      try ordinary.expectRightAnswers(of: MaskEncoding.self, in: map, state) { !isHuge($0) }
    }
    try expectRightAnswers(.on)
    #expect(try map.allocatedBytes() == (65 * 4 - folios.count + 64) * 4096)
    try map.restore(folios: folios)
    try expectRightAnswers(.off)
    #expect(try map.allocatedBytes() == (65 * 4 + 64) * 4096)
  }

  @Test(
    "Whichever system call fails, what is left can be asked for again, or becomes ordinary pages",
    arguments: tailFormats, [false, true])
  func failures(format: any TailFormat.Type, forGood: Bool) throws {
    let memory = ModelledMemory(order: 8, folios: 3)
    let ordinary = ModelledMemory(order: 0, sections: memory.sections)
    let right = try memory.bootMap(format)
    let encodings = encodings(rightIn: .on).filter { $0.format == format }
    var failures = 0
    for position in 0... {
      for asksAgain in [false, true] {
        var sparse = try SparseMemoryMap(format: format, sections: memory.sections)
        let log = SystemCallLog(failing: position..<(forGood ? Int.max : position + 1))
        let outcome = log.record { Result { try sparse.populateHVO(memory.bootPages) } }
        // Every call was made, and none of them failed.
        guard log.all.count > position else {
          // Of each folio its first vmemmap page, three aliases, and the giving back.
          #expect(failures >= 2 * 3 * (1 + 3 + 1))
          return
        }
        let comment: Comment = "call \(position): \(log.all[position])"
        if case .failure = outcome { failures += 1 }
        if asksAgain { try ask(&sparse, again: memory.bootPages) }
        let map = try sparse.populateBasePages()
        let folios = map.optimizedFolios
        if asksAgain { #expect(map.relativePages == right.relativePages, comment) }
        for encoding in encodings {
          try memory.expectRightAnswers(of: encoding, in: map, .on) {
            folios.contains($0 / 256 * 256)
          }
          try ordinary.expectRightAnswers(of: encoding, in: map, .on) {
            !folios.contains($0 / 256 * 256)
          }
        }
        #expect(
          try map.allocatedBytes() == (12 - 3 * folios.count + map.templateCount) * 4096, comment)
      }
    }
  }

  private func ask(_ sparse: inout SparseMemoryMap, again pages: [HugeBootmemPage]) throws {
    for page in pages {
      do {
        _ = try sparse.populateHVO([page])
      } catch VmemmapError.alreadyPopulated {
        continue
      }
    }
  }

  @Test("Huge pages hold the old kernel's key where that is wanted, as optimised ones do")
  func staticKey() throws {
    try withStaticKey(false) {
      let memory = ModelledMemory(order: 7, folios: 3)
      var sparse = try SparseMemoryMap(
        format: HeadPointerFormat.self, sections: memory.sections, holdsStaticKey: true)
      #expect(try sparse.populateHVO(memory.bootPages).isEmpty)
      #expect(OptimizeVmemmapKey.count == 3)
      var map = try sparse.populateBasePages()
      try map.demote(folio: 0, to: 3)
      #expect(OptimizeVmemmapKey.count == 2)
      try map.restore(folios: memory.heads)
      #expect(OptimizeVmemmapKey.count == 0)
    }
  }

  /// Asks for the page beside one that can be made, and expects that nothing is.
  private func expectRefusal(
    _ error: VmemmapError, _ pfn: Int, _ order: Int, in sparse: inout SparseMemoryMap,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try sparse.allocatedBytes()
    #expect(throws: error, sourceLocation: sourceLocation) {
      _ = try sparse.populateHVO(
        [HugeBootmemPage(pfn: 1024, order: 9), HugeBootmemPage(pfn: pfn, order: order)])
    }
    #expect(try sparse.allocatedBytes() == before, sourceLocation: sourceLocation)
  }

  @Test("Struct pages are bound to their node where that is wanted")
  func bound() throws {
    let node = try #require(Topology.current().nodesWithMemory.first)
    let memory = ModelledMemory(
      order: 9,
      sections: [MemorySection(node: node, pages: 1024), MemorySection(node: node, pages: 512)])
    for format in tailFormats {
      var sparse = try SparseMemoryMap(format: format, sections: memory.sections, bindToNodes: true)
      #expect(try sparse.populateHVO(memory.bootPages).isEmpty)
      #expect(try sparse.populateBasePages().optimizedFolios.count == 3)
    }
    #expect(throws: VmemmapError.self) {
      _ = try SparseMemoryMap(
        format: HeadMaskFormat.self, sections: [MemorySection(node: 63, pages: 512)],
        bindToNodes: true)
    }
  }
}

extension HugeBootmemPage {
  fileprivate var pfnRange: Range<Int> { pfn..<pfn + 1 << order }
}

extension ModelledMemory {
  fileprivate var bootPages: [HugeBootmemPage] {
    heads.map { HugeBootmemPage(pfn: $0, order: order) }
  }

  /// A map of this memory with each of its folios built optimised.
  fileprivate func bootMap(
    _ format: any TailFormat.Type, basePageSize: Int = 4096
  ) throws -> MemoryMap {
    var sparse = try SparseMemoryMap(
      format: format, sections: sections, basePageSize: basePageSize)
    let left = try sparse.populateHVO(bootPages)
    #expect(left.isEmpty)
    return try sparse.populateBasePages()
  }
}
