import Testing

@testable import Vmemmap

@Suite("Demotion: one folio becomes several smaller ones")
struct DemotionTests {
  /// Every pair of small orders that HVO applies to.
  private static let pairs = optimizableSmallOrders.flatMap { from in
    optimizableSmallOrders.filter { $0 < from }.map { (from, $0) }
  }

  @Test(
    "An optimised folio becomes optimised ones, and its neighbours stay as they were",
    arguments: tailFormats, pairs)
  func demoted(format: any TailFormat.Type, orders: (from: Int, to: Int)) throws {
    let before = ModelledMemory(order: orders.from, foliosPerSection: 2)
    let after = ModelledMemory(order: orders.to, sections: before.sections)
    var map = try before.map(format)
    try map.optimize(folios: before.heads)
    let pages = map.rawPages
    let (bytes, templates) = (try map.allocatedBytes(), map.templateCount)

    // The second folio of each section but the first; what is left of them are neighbours.
    let demoted = before.ranges.dropFirst().map { $0.pfns.lowerBound + 1 << orders.from }
    for pfn in demoted { try map.demote(folio: pfn, to: orders.to) }
    let isDemoted = { (pfn: Int) in demoted.contains(pfn / (1 << orders.from) * (1 << orders.from))
    }
    #expect(
      map.optimizedFolios
        == Set(before.heads.filter { !isDemoted($0) } + after.heads.filter(isDemoted)))
    for encoding in encodings(rightIn: .on) where encoding.format == format {
      try before.expectRightAnswers(of: encoding, in: map, .on) { !isDemoted($0) }
      try after.expectRightAnswers(of: encoding, in: map, .on, where: isDemoted)
    }
    let now = map.rawPages
    for pfn in now.indices where !isDemoted(pfn) {
      try #require(now[pfn] == pages[pfn], "pfn \(pfn)")
    }

    // Each new folio keeps one vmemmap page, and each zone has a template of the new order.
    let newTemplates = format.sharedTails == .template ? demoted.count : 0
    let newFolios = demoted.count << (orders.from - orders.to)
    #expect(map.templateCount == templates + newTemplates)
    #expect(
      try map.allocatedBytes() == bytes + (newFolios - demoted.count + newTemplates) * 4096)
  }

  @Test(
    "The new folios are the same, to the bit, as if the memory had been initialised with their order",
    arguments: tailFormats, pairs)
  func sameAsInitialized(format: any TailFormat.Type, orders: (from: Int, to: Int)) throws {
    let before = ModelledMemory(order: orders.from, foliosPerSection: 2)
    let after = ModelledMemory(order: orders.to, sections: before.sections)
    var map = try before.map(format)
    try map.optimize(folios: before.heads)
    for pfn in before.heads { try map.demote(folio: pfn, to: orders.to) }
    var usual = try after.map(format)
    try usual.optimize(folios: after.heads)
    #expect(map.optimizedFolios == usual.optimizedFolios)
    #expect(map.relativePages == usual.relativePages)
    if Privilege.seesPageFrames {
      #expect(try map.aliasingProof().distinctFrames == usual.aliasingProof().distinctFrames)
    }
    try map.restore(folios: after.heads)
    try usual.restore(folios: after.heads)
    #expect(map.relativePages == usual.relativePages)
  }

  @Test("With base pages of 16 KiB HVO begins at a larger order", arguments: tailFormats, [8, 9])
  func largerBasePages(format: any TailFormat.Type, order: Int) throws {
    let after = ModelledMemory(order: order, folios: 2048 >> order)
    var map = try ModelledMemory(order: 11, folios: 1).map(format, basePageSize: 16 << 10)
    try map.optimize(folios: [0])
    try map.demote(folio: 0, to: order)
    #expect(map.optimizedFolios == Set(order == 9 ? after.heads : []))
    var usual = try after.map(format, basePageSize: 16 << 10)
    try usual.optimize(folios: map.optimizedFolios)
    #expect(map.relativePages == usual.relativePages)
  }

  @Test("1 GiB becomes 512 folios of 2 MiB", arguments: tailFormats)
  func gigantic(format: any TailFormat.Type) throws {
    let sections = [MemorySection(zone: .movable, pages: 2 << 18)]
    let gigantic = ModelledMemory(order: 18, sections: sections)
    let huge = ModelledMemory(order: 9, sections: sections)
    var map = try gigantic.map(format)
    try map.optimize(folios: gigantic.heads)
    let template = format.sharedTails == .template ? 1 : 0
    #expect(try map.allocatedBytes() == (2 + template) * 4096)
    try map.demote(folio: 1 << 18, to: 9)
    #expect(map.optimizedFolios == Set([0] + huge.heads.filter { $0 >= 1 << 18 }))
    #expect(try map.allocatedBytes() == (1 + 512 + 2 * template) * 4096)
    for encoding in encodings(rightIn: .on) where encoding.format == format {
      try gigantic.expectRightAnswers(of: encoding, in: map, .on) { $0 < 1 << 18 }
      try huge.expectRightAnswers(of: encoding, in: map, .on) { $0 >= 1 << 18 }
    }
  }

  @Test("A folio built optimised at boot is demoted like any other", arguments: tailFormats)
  func bootPage(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(order: 8, folios: 4)
    var sparse = try SparseMemoryMap(format: format, sections: memory.sections)
    #expect(try sparse.populateHVO([HugeBootmemPage(pfn: 0, order: 10)]).isEmpty)
    var map = try sparse.populateBasePages()
    try map.demote(folio: 0, to: 8)
    for encoding in encodings(rightIn: .on) where encoding.format == format {
      try memory.expectRightAnswers(of: encoding, in: map, .on)
    }
  }

  @Test(
    "Folios too small for HVO have all their struct pages, and every encoding is right",
    arguments: tailFormats, 0...6)
  func tooSmall(format: any TailFormat.Type, order: Int) throws {
    let before = ModelledMemory(order: 9, foliosPerSection: 1)
    let after = ModelledMemory(order: order, sections: before.sections)
    var map = try before.map(format)
    try map.optimize(folios: before.heads)
    let templates = map.templateCount
    for pfn in before.heads { try map.demote(folio: pfn, to: order) }
    #expect(map.optimizedFolios.isEmpty)
    #expect(try map.allocatedBytes() == map.pageCount * 64 + templates * 4096)
    #expect(map.relativePages == (try after.map(format)).relativePages)
    for encoding in encodings(rightIn: .off) where encoding.format == format {
      try after.expectRightAnswers(of: encoding, in: map, .off)
    }
  }

  @Test("What was not optimised is not optimised afterwards", arguments: tailFormats)
  func notOptimized(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(order: 7, folios: 8)
    var map = try ModelledMemory(order: 10, folios: 1).map(format)
    let bytes = try map.allocatedBytes()
    try map.demote(folio: 0, to: 9)
    try map.demote(folio: 512, to: 7)
    try map.demote(folio: 0, to: 7)
    #expect(map.optimizedFolios.isEmpty && map.templateCount == 0)
    #expect(try map.allocatedBytes() == bytes)
    #expect(map.relativePages == (try memory.map(format)).relativePages)
  }

  @Test("A format without HVO has no HugeTLB pages to demote", arguments: formatsWithoutHVO)
  func withoutHVO(format: any TailFormat.Type) throws {
    var map = try ModelledMemory(order: 9, folios: 1).map(format)
    let error = VmemmapError.noOptimization(
      format: format.name, structPageSize: format.structPageSize)
    #expect(throws: error) { try map.demote(folio: 0, to: 7) }
  }

  @Test(
    "What is no folio, or not ours alone, is refused and stays as it was", arguments: tailFormats)
  func refusals(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(order: 9, sections: [MemorySection(pages: 3 * 512 + 64)])
    var map = try memory.map(format)
    try map.optimize(folios: [0, 512])
    unsafe map[512].setReferenceCount(2)
    unsafe map[1024].setReferenceCount(0)
    let (pages, bytes) = (map.rawPages, try map.allocatedBytes())
    let cases: [(VmemmapError, pfn: Int, order: Int)] = [
      (.pageOutOfRange(pfn: -512, pageCount: 1600), -512, 7),
      (.pageOutOfRange(pfn: 1600, pageCount: 1600), 1600, 7),
      (.notAHead(pfn: 1), 1, 7),
      (.notAHead(pfn: 64), 64, 7),
      (.notAHead(pfn: 1088), 1088, 7),
      (.orderOutOfRange(order: 0, range: 1...22), 1536, 0),
      (.orderOutOfRange(order: 9, range: 0...8), 0, 9),
      (.orderOutOfRange(order: 10, range: 0...8), 0, 10),
      (.orderOutOfRange(order: -1, range: 0...8), 0, -1),
      (.folioInUse(pfn: 512, referenceCount: 2), 512, 7),
      (.folioInUse(pfn: 1024, referenceCount: 0), 1024, 7),
    ]
    for (error, pfn, order) in cases {
      #expect(throws: error) { try map.demote(folio: pfn, to: order) }
    }
    #expect(map.optimizedFolios == [0, 512])
    #expect(map.firstChange(from: pages) == nil)
    #expect(try map.allocatedBytes() == bytes)
  }

  @Test(
    "Where the new folios can't be optimised, they have all their struct pages, and the error says so"
  )
  func noTemplate() throws {
    // As many zones as there is room for templates: none is left for another order.
    let sections = (0..<64).map { MemorySection(node: $0, pages: 1 << 8) }
    let (before, after) = (
      ModelledMemory(order: 8, sections: sections), ModelledMemory(order: 7, sections: sections)
    )
    var map = try before.map(HeadMaskFormat.self)
    try map.optimize(folios: before.heads)
    let bytes = try map.allocatedBytes()
    let error = VmemmapError.demotedButNotOptimized(
      pfn: 512, order: 7, optimized: 0, folios: 2, reason: .tooManyTemplates(limit: 64))
    #expect(throws: error) { try map.demote(folio: 512, to: 7) }
    #expect(map.optimizedFolios == Set(before.heads).subtracting([512]))
    #expect(try map.allocatedBytes() == bytes + 3 * 4096)
    let isDemoted = { (pfn: Int) in (512..<768).contains(pfn) }
    for encoding in encodings(rightIn: .on) where encoding.format == HeadMaskFormat.self {
      try before.expectRightAnswers(of: encoding, in: map, .on) { !isDemoted($0) }
      try after.expectRightAnswers(of: encoding, in: map, .on, where: isDemoted)
    }
    #expect(
      map.relativePages(512..<768) == (try after.map(HeadMaskFormat.self)).relativePages(512..<768))
  }

  @Test(
    "Whichever system call fails, the map is usable and accounted for, and the demotion can be completed",
    arguments: tailFormats, [false, true])
  func failures(format: any TailFormat.Type, forGood: Bool) throws {
    let before = ModelledMemory(order: 9, folios: 2)
    let after = ModelledMemory(order: 7, sections: before.sections)
    var (undone, partly) = (0, 0)
    for position in 0... {
      var map = try before.map(format)
      try map.optimize(folios: before.heads)
      let log = SystemCallLog(failing: position..<(forGood ? Int.max : position + 1))
      let outcome = log.record { Result { try map.demote(folio: 512, to: 7) } }
      guard log.all.count > position else { break }
      let comment: Comment = "call \(position): \(log.all[position])"
      let isDemoted = unsafe map[512].folioOrder == 7
      // What can't even be undone is so when it is restored.
      let unfreed = map.unfreedFolios
      let optimized = map.optimizedFolios.subtracting(unfreed).subtracting([0])
      if case .failure(let error as VmemmapError) = outcome {
        if case .demotedButNotOptimized(512, 7, let count, 4, _) = error {
          #expect(isDemoted && count == optimized.count && count < 4, comment)
          partly += 1
        } else {
          #expect(!isDemoted && optimized == [512], comment)
          undone += 1
        }
      }
      unsafe #expect(map[512].referenceCount == 1, comment)
      for encoding in encodings(rightIn: .on) where encoding.format == format {
        try before.expectRightAnswers(of: encoding, in: map, .on) { !isDemoted || $0 < 512 }
        try after.expectRightAnswers(of: encoding, in: map, .on) { isDemoted && $0 >= 512 }
      }
      if !forGood {
        #expect(unfreed.isEmpty, comment)
        let saved = 7 + (isDemoted ? optimized.count : 7)
        #expect(try map.allocatedBytes() == (16 - saved + map.templateCount) * 4096, comment)
      }
      if isDemoted {
        try map.restore(folios: unfreed)
        try map.optimize(folios: after.heads.filter { $0 >= 512 })
      } else {
        try map.demote(folio: 512, to: 7)
      }
      #expect(map.optimizedFolios == [0, 512, 640, 768, 896], comment)
      #expect(try map.allocatedBytes() == (16 - 7 - 4 + map.templateCount) * 4096, comment)
      for encoding in encodings(rightIn: .on) where encoding.format == format {
        try after.expectRightAnswers(of: encoding, in: map, .on) { $0 >= 512 }
      }
    }
    // Restoring writes 7 pages; optimising maps 4 and gives back what was behind them.
    #expect(undone >= 7 && partly >= 8)
  }
}
