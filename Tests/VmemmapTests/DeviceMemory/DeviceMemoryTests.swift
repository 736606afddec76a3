import Testing

@testable import Vmemmap

@Suite("Device DAX: compound pages that keep two vmemmap pages")
struct DeviceMemoryTests {
  /// Device memory of two nodes.
  private static func memory(order: Int) -> ModelledMemory {
    ModelledMemory(
      order: order,
      sections: [
        MemorySection(node: 0, zone: .device, pages: 3 << order),
        MemorySection(node: 5, zone: .device, pages: 2 << order),
      ])
  }

  private static let orders = Array(8...10)

  @Test(
    "Every encoding finds every head, with the old kernel's key in either position",
    arguments: optimizableEncodings, orders)
  func answers(encoding: any CompoundEncoding.Type, order: Int) throws {
    let memory = DeviceMemoryTests.memory(order: order)
    let map = try memory.deviceMap(encoding.format)
    for state in HVOState.allCases {
      try memory.expectRightAnswers(of: encoding, in: map, state)
    }
  }

  @Test("So it does in 1 GiB", arguments: optimizableEncodings)
  func gigantic(encoding: any CompoundEncoding.Type) throws {
    let memory = ModelledMemory(order: 18, sections: [MemorySection(zone: .device, pages: 1 << 18)])
    let map = try memory.deviceMap(encoding.format)
    try memory.expectRightAnswers(of: encoding, in: map, .on)
  }

  @Test(
    "Only PG_reserved differs from struct pages that share nothing: there is no fake head",
    arguments: tailFormats, orders)
  func contents(format: any TailFormat.Type, order: Int) throws {
    let memory = DeviceMemoryTests.memory(order: order)
    let map = try memory.deviceMap(format)
    #expect(map.relativePages == (try memory.map(format)).relativePages.map(\.reserved))
    for (pfn, page) in map.rawPages.enumerated() {
      let isHead = pfn % (1 << order) == 0
      try #require(page.hasHeadFlag == isHead && page.isMarkedTail == !isHead, "pfn \(pfn)")
    }
  }

  @Test(
    "Where the device holds its own struct pages, all are there", arguments: tailFormats, orders)
  func ownStructPages(format: any TailFormat.Type, order: Int) throws {
    let memory = DeviceMemoryTests.memory(order: order)
    var sparse = try SparseMemoryMap(format: format, sections: memory.sections)
    for range in memory.ranges {
      try sparse.populateCompoundPages(range.pfns, order: order, sharesTails: false)
    }
    #expect(try sparse.allocatedBytes() == memory.pageCount * Page.size)
    let map = try sparse.populateBasePages()
    #expect(map.relativePages == (try memory.map(format)).relativePages.map(\.reserved))
    #expect(try map.aliasingProof().savedBytes == 0)
  }

  @Test(
    "6 of 8 vmemmap pages are saved at order 9, 4094 of 4096 at order 18", arguments: tailFormats,
    [(8, 4, 2), (9, 8, 6), (10, 16, 14), (18, 4096, 4094)])
  func saved(format: any TailFormat.Type, counts: (order: Int, all: Int, saved: Int)) throws {
    let memory = ModelledMemory(
      order: counts.order, sections: [MemorySection(zone: .device, pages: 2 << counts.order)])
    var sparse = try SparseMemoryMap(format: format, sections: memory.sections)
    for (index, head) in memory.heads.enumerated() {
      try sparse.populateCompoundPages(head..<head + 1 << counts.order, order: counts.order)
      #expect(try sparse.allocatedBytes() == (index + 1) * (counts.all - counts.saved) * 4096)
    }
    let map = try sparse.populateBasePages()
    let proof = try map.aliasingProof()
    #expect(proof.vmemmapPages == 2 * counts.all)
    #expect(proof.savedBytes == 2 * counts.saved * 4096)
    #expect(map.templateCount == 0)
    if Privilege.seesPageFrames { #expect(proof.distinctFrames == 4) }
  }

  @Test("With base pages of 16 KiB two of them are kept, too", arguments: tailFormats)
  func largerBasePages(format: any TailFormat.Type) throws {
    let memory = DeviceMemoryTests.memory(order: 11)
    let map = try memory.deviceMap(format, basePageSize: 16 << 10)
    let unshared = try memory.map(format, basePageSize: 16 << 10).relativePages
    #expect(map.relativePages == unshared.map(\.reserved))
    #expect(try map.allocatedBytes() == 5 * 2 * (16 << 10))
    var sparse = try SparseMemoryMap(
      format: format, sections: [MemorySection(zone: .device, pages: 2048)],
      basePageSize: 16 << 10)
    #expect(throws: VmemmapError.orderOutOfRange(order: 9, range: 10...20)) {
      try sparse.populateCompoundPages(0..<512, order: 9)
    }
  }

  @Test(
    "The first two vmemmap pages are private, and the others are the second",
    .enabled(if: Privilege.seesPageFrames, Privilege.needsPageFrames), arguments: tailFormats,
    orders)
  func frames(format: any TailFormat.Type, order: Int) throws {
    let memory = DeviceMemoryTests.memory(order: order)
    let map = try memory.deviceMap(format)
    let perFolio = (1 << order) / 64
    let frames = try #require(try map.physicalFrames(vmemmapPages: 0..<map.pageCount / 64))
    for first in stride(from: 0, to: frames.count, by: perFolio) {
      let folio = frames[first..<first + perFolio]
      #expect(folio[first] != folio[first + 1])
      #expect(Set(folio.dropFirst()).count == 1)
    }
    #expect(Set(frames).count == 2 * memory.heads.count)
  }

  @Test("Shared tails can be written to: all of the compound page see it, and no other one")
  func stores() throws {
    for format in tailFormats {
      let map = try DeviceMemoryTests.memory(order: 9).deviceMap(format)
      unsafe map[512 + 64 * 7 + 3].privateData = 0x1dea
      let changed = Set(512 + 64 + 3..<1024).filter { $0 % 64 == 3 }
      for (pfn, page) in map.rawPages.enumerated() {
        try #require(page.privateData == (changed.contains(pfn) ? 0x1dea : 0), "pfn \(pfn)")
      }
    }
  }

  @Test("Beside huge pages built optimised, and ordinary pages, each keeps its answers")
  func mixed() throws {
    let sections = [
      MemorySection(zone: .normal, pages: 2048), MemorySection(zone: .device, pages: 2048),
    ]
    for format in tailFormats {
      var sparse = try SparseMemoryMap(format: format, sections: sections)
      #expect(try sparse.populateHVO([HugeBootmemPage(pfn: 512, order: 9)]).isEmpty)
      try sparse.populateCompoundPages(2560..<3584, order: 9)
      var map = try sparse.populateBasePages()
      func expectRightAnswers(_ state: HVOState) throws {
        for encoding in encodings(rightIn: state) where encoding.format == format {
          let isCompound = { (pfn: Int) in
            (512..<1024).contains(pfn) || (2560..<3584).contains(pfn)
          }
          try ModelledMemory(order: 9, sections: sections)
            .expectRightAnswers(of: encoding, in: map, state, where: isCompound)
          try ModelledMemory(order: 0, sections: sections)
            .expectRightAnswers(of: encoding, in: map, state) { !isCompound($0) }
        }
      }
      try expectRightAnswers(.on)
      try map.restore(folios: [512])
      // With no fake head left, every encoding is right again.
      try expectRightAnswers(.off)
    }
  }

  @Test(
    "What can't be populated so is refused with its values, before anything is",
    arguments: tailFormats)
  func refusals(format: any TailFormat.Type) throws {
    var sparse = try SparseMemoryMap(
      format: format,
      sections: [
        MemorySection(zone: .normal, pages: 1024), MemorySection(zone: .device, pages: 1024),
        MemorySection(node: 1, zone: .device, pages: 1024),
      ])
    try sparse.populateCompoundPages(0..<0, order: 9)
    func expectRefusal(
      _ error: VmemmapError, _ pfns: Range<Int>, _ order: Int,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let before = try sparse.allocatedBytes()
      #expect(throws: error, sourceLocation: sourceLocation) {
        try sparse.populateCompoundPages(pfns, order: order)
      }
      #expect(try sparse.allocatedBytes() == before, sourceLocation: sourceLocation)
    }
    for order in [-1, 0, 7, 23, 64] {
      try expectRefusal(.orderOutOfRange(order: order, range: 8...22), 1024..<2048, order)
    }
    for pfns in [1025..<1537, 1024..<1537, 1280..<1792] {
      try expectRefusal(.notWholeCompoundPages(pfns: pfns, order: 9), pfns, 9)
    }
    try expectRefusal(.pageOutOfRange(pfn: 3583, pageCount: 3072), 2560..<3584, 9)
    try expectRefusal(.pageOutOfRange(pfn: -512, pageCount: 3072), -512..<512, 9)
    for pfns in [0..<512, 512..<1536, 1536..<2560] {
      try expectRefusal(.notDeviceMemory(pfns: pfns), pfns, 9)
    }
    try sparse.populateCompoundPages(1024..<1536, order: 9)
    try expectRefusal(.alreadyPopulated(pfns: 1024..<2048), 1024..<2048, 9)
    #expect(throws: VmemmapError.alreadyPopulated(pfns: 1024..<1152)) {
      _ = try sparse.populateHVO([HugeBootmemPage(pfn: 1024, order: 7)])
    }
  }

  @Test(
    "Whichever system call fails, what is left can be asked for again, or becomes ordinary pages",
    arguments: tailFormats, [false, true])
  func failures(format: any TailFormat.Type, forGood: Bool) throws {
    let memory = ModelledMemory(order: 9, sections: [MemorySection(zone: .device, pages: 1024)])
    let ordinary = ModelledMemory(order: 0, sections: memory.sections)
    var failures = 0
    for position in 0... {
      for asksAgain in [false, true] {
        var sparse = try SparseMemoryMap(format: format, sections: memory.sections)
        let log = SystemCallLog(failing: position..<(forGood ? Int.max : position + 1))
        let outcome = log.record { Result { try sparse.populateCompoundPages(0..<1024, order: 9) } }
        guard log.all.count > position else {
          // Of each compound page what it keeps, and six aliases.
          #expect(failures >= 2 * 2 * (1 + 6))
          return
        }
        let comment: Comment = "call \(position): \(log.all[position])"
        if case .failure = outcome { failures += 1 }
        if asksAgain { try ask(&sparse, again: memory.heads) }
        let map = try sparse.populateBasePages()
        let deviceMemory = map.deviceMemory
        let isShared = { (pfn: Int) in deviceMemory.contains(pfn / 512 * 512) }
        #expect(!asksAgain || deviceMemory == RangeSet(0..<1024), comment)
        for encoding in optimizableEncodings where encoding.format == format {
          try memory.expectRightAnswers(of: encoding, in: map, .on, where: isShared)
          try ordinary.expectRightAnswers(of: encoding, in: map, .on) { !isShared($0) }
        }
        let shared = memory.heads.count(where: isShared)
        #expect(try map.allocatedBytes() == (16 - 6 * shared) * 4096, comment)
      }
    }
  }

  private func ask(_ sparse: inout SparseMemoryMap, again heads: [Int]) throws {
    for pfn in heads {
      do {
        try sparse.populateCompoundPages(pfn..<pfn + 512, order: 9)
      } catch VmemmapError.alreadyPopulated {
        continue
      }
    }
  }

  @Test(
    "Where mappings run out the error says so, and nothing is lost",
    .enabled(if: UsedUpMappings.isPossible, "vm.max_map_count is too high to be reached"))
  func noMappings() async {
    await #expect(processExitsWith: .success) {
      let memory = ModelledMemory(order: 9, sections: [MemorySection(zone: .device, pages: 1024)])
      for format in tailFormats {
        var sparse = try SparseMemoryMap(format: format, sections: memory.sections)
        let used = UsedUpMappings()
        let outcome = Result { try sparse.populateCompoundPages(0..<1024, order: 9) }
        used.release()
        guard case .failure(let error) = outcome,
          case VmemmapError.tooManyMappings(16, _, MappingLimit.current) = error
        else {
          Issue.record("no error, or another one: \(outcome)")
          return
        }
        try sparse.populateCompoundPages(0..<1024, order: 9)
        let map = try sparse.populateBasePages()
        for encoding in optimizableEncodings where encoding.format == format {
          try memory.expectRightAnswers(of: encoding, in: map, .on)
        }
        #expect(try map.allocatedBytes() == 4 * 4096)
      }
    }
  }

  @Test("It is no HugeTLB page: it can't be optimised, restored or demoted", arguments: tailFormats)
  func noHugeTLBPage(format: any TailFormat.Type) throws {
    var map = try DeviceMemoryTests.memory(order: 9).deviceMap(format)
    let (pages, bytes) = (map.rawPages, try map.allocatedBytes())
    for pfn in [0, 64, 512, 2559] {
      #expect(throws: VmemmapError.deviceMemory(pfn: pfn)) { try map.optimize(folios: [pfn]) }
      #expect(throws: VmemmapError.deviceMemory(pfn: pfn)) { try map.demote(folio: pfn, to: 8) }
      try map.restore(folios: [pfn])
    }
    #expect(map.firstChange(from: pages) == nil && map.optimizedFolios.isEmpty)
    #expect(try map.allocatedBytes() == bytes)
  }

  @Test("A map with shared device memory is not prepared anew")
  func notPreparedAnew() async {
    await #expect(processExitsWith: .failure) {
      var map = try DeviceMemoryTests.memory(order: 9).deviceMap(HeadMaskFormat.self)
      try map.initialize(order: 3)
    }
  }
}

extension ModelledMemory {
  /// A map of this memory, all of it device memory that shares its tails.
  fileprivate func deviceMap(
    _ format: any TailFormat.Type, basePageSize: Int = 4096
  ) throws -> MemoryMap {
    var sparse = try SparseMemoryMap(
      format: format, sections: sections, basePageSize: basePageSize)
    for range in ranges { try sparse.populateCompoundPages(range.pfns, order: order) }
    return try sparse.populateBasePages()
  }
}

extension RawPage {
  /// As all struct pages of device DAX are: bit 13.
  fileprivate var reserved: RawPage {
    var words = words
    words[0] |= 1 << 13
    return RawPage(words: words)
  }
}
