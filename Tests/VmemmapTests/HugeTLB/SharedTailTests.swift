import Testing
import Vmemmap

/// What is behind the struct pages of optimised folios.
@Suite("HVO: what is shared")
struct SharedTailTests {
  @Test(
    "Old layout: all vmemmap pages of a folio are its first one, and no other folio's",
    .enabled(if: Privilege.seesPageFrames, Privilege.needsPageFrames),
    arguments: optimizableSmallOrders)
  func oldFrames(order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    var map = try memory.map(HeadPointerFormat.self)
    let vmemmapPages = map.pageCount / 64
    let before = try #require(try map.physicalFrames(vmemmapPages: 0..<vmemmapPages))
    #expect(Set(before).count == vmemmapPages)
    try map.optimize(folios: memory.heads)
    let frames = try #require(try map.physicalFrames(vmemmapPages: 0..<vmemmapPages))
    let perFolio = (1 << order) / 64
    for page in frames.indices {
      // The first vmemmap page is kept, at the place where it was.
      #expect(frames[page] == before[page / perFolio * perFolio])
    }
    #expect(try map.aliasingProof().distinctFrames == memory.heads.count)
  }

  @Test(
    "New layout: the first vmemmap page is kept, and all others of a zone are one template",
    .enabled(if: Privilege.seesPageFrames, Privilege.needsPageFrames),
    arguments: optimizableSmallOrders)
  func newFrames(order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    var map = try memory.map(HeadMaskFormat.self)
    let vmemmapPages = map.pageCount / 64
    let before = try #require(try map.physicalFrames(vmemmapPages: 0..<vmemmapPages))
    try map.optimize(folios: memory.heads)
    let frames = try #require(try map.physicalFrames(vmemmapPages: 0..<vmemmapPages))
    let perFolio = (1 << order) / 64
    var templates: Set<UInt64> = []
    for (_, pfns) in memory.ranges {
      let pages = pfns.lowerBound / 64..<pfns.upperBound / 64
      for page in pages where page % perFolio == 0 { #expect(frames[page] == before[page]) }
      let shared = Set(pages.filter { $0 % perFolio != 0 }.map { frames[$0] })
      #expect(shared.count == 1)
      templates.formUnion(shared)
    }
    #expect(templates.count == memory.sections.count)
    #expect(try map.aliasingProof().distinctFrames == memory.heads.count + templates.count)
  }

  @Test(
    "Restored folios have vmemmap pages of their own again",
    .enabled(if: Privilege.seesPageFrames, Privilege.needsPageFrames), arguments: tailFormats)
  func restoredFrames(format: any TailFormat.Type) throws {
    let memory = ModelledMemory(order: 9, foliosPerSection: 2)
    var map = try memory.map(format)
    try map.optimize(folios: memory.heads)
    try map.restore(folios: memory.heads)
    #expect(try map.aliasingProof().distinctFrames == map.pageCount / 64)
  }

  @Test(
    "A part of the map is asked for by its vmemmap pages",
    .enabled(if: Privilege.seesPageFrames, Privilege.needsPageFrames))
  func someFrames() throws {
    let map = try ModelledMemory(order: 9, folios: 2).map(HeadMaskFormat.self)
    let all = try #require(try map.physicalFrames(vmemmapPages: 0..<16))
    #expect(try map.physicalFrames(vmemmapPages: 5..<9) == Array(all[5..<9]))
  }

  @Test(
    "A process without the privilege gets no frames, but what is allocated",
    .disabled(if: Privilege.seesPageFrames, "this process is privileged"))
  func unprivileged() throws {
    let map = try ModelledMemory(order: 9, folios: 2).map(HeadMaskFormat.self)
    #expect(try map.physicalFrames(vmemmapPages: 0..<16) == nil)
    #expect(try map.aliasingProof().allocatedBytes == 2 * 512 * 64)
  }

  @Test(
    "Old layout: each vmemmap page shows the bytes of the folio's first one",
    arguments: optimizableSmallOrders)
  func oldContents(order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    var map = try memory.map(HeadPointerFormat.self)
    let before = map.rawPages
    try map.optimize(folios: memory.heads)
    let now = map.rawPages
    for pfn in now.indices {
      let shown = pfn - pfn % (1 << order) + pfn % 64
      try #require(now[pfn] == before[shown], "pfn \(pfn)")
    }
  }

  @Test(
    "New layout: every entry of a template is a real tail of its order and zone, but for last_cpupid",
    arguments: optimizableSmallOrders)
  func newContents(order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    var map = try memory.map(HeadMaskFormat.self)
    let before = map.rawPages
    try map.optimize(folios: memory.heads)
    let now = map.rawPages
    for pfn in now.indices {
      let isShared = pfn % (1 << order) >= 64
      let expected = isShared ? before[pfn].withoutLastCPUPID : before[pfn]
      try #require(now[pfn] == expected, "pfn \(pfn)")
      try #require(now[pfn].lastCPUPID == (isShared ? 0 : 0x1f_ffff), "pfn \(pfn)")
    }
  }

  @Test(
    "Restoring gives back the bytes that were there before HVO", arguments: tailFormats,
    optimizableSmallOrders)
  func restoredContents(format: any TailFormat.Type, order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    var map = try memory.map(format)
    let before = map.rawPages
    try map.optimize(folios: memory.heads)
    try map.restore(folios: memory.heads)
    #expect(map.firstChange(from: before) == nil)
  }

  @Test("What the first vmemmap page holds survives HVO and its undoing", arguments: tailFormats)
  func keptContents(format: any TailFormat.Type) throws {
    var map = try ModelledMemory(order: 9, folios: 2).map(format)
    for pfn in 0..<64 { unsafe map[pfn].memcgData = UInt(1000 + pfn) }
    let head = unsafe map[0]
    (head.mapping, head.index) = (0x1230, 77)
    head.flags.insert([.lru, .active, .locked])
    head.setReferenceCount(3)
    head.pinCount = 5
    let before = map.rawPages(0..<64)
    try map.optimize(folios: [0])
    #expect(map.rawPages(0..<64) == before)
    try map.restore(folios: [0])
    #expect(map.rawPages(0..<64) == before)
    // Flags of the head's own are not its tails'.
    #expect(map.rawPage(64).flags & 0x1ff == 0)
  }

  @Test("A folio in use when its zone's first template is made leaves no trace in it")
  func templateOfABusyHead() throws {
    var map = try ModelledMemory(order: 9, folios: 2).map(HeadMaskFormat.self)
    let head = unsafe map[0]
    head.flags.insert([.locked, .lru, .active])
    head.setReferenceCount(9)
    let tail = map.rawPage(100).withoutLastCPUPID
    try map.optimize(folios: [0, 512])
    #expect(Set(map.rawPages(64..<512) + map.rawPages(512 + 64..<1024)) == [tail])
  }

  @Test("Stores to an optimised folio's head work; in the old layout its aliases show them")
  func storesToTheHead() throws {
    for format in tailFormats {
      var map = try ModelledMemory(order: 9, folios: 2).map(format)
      try map.optimize(folios: [0, 512])
      unsafe map[0].setReferenceCount(99)
      unsafe map[3].privateData = 0x3333
      for vmemmapPage in 1..<8 {
        let pages = map.rawPages(64 * vmemmapPage..<64 * vmemmapPage + 64)
        switch format.sharedTails {
        case .firstVmemmapPage: #expect(pages[0].refcount == 99 && pages[3].privateData == 0x3333)
        case .template, .nodeTemplate, nil:
          #expect(pages[0].refcount == 0 && pages[3].privateData == 0)
        }
      }
      unsafe #expect(map[512].referenceCount == 1)
    }
  }
}
