import Testing

@testable import Vmemmap

/// What is left when memory or mappings run out half-way.
@Suite("HVO: failures half-way")
struct FailureTests {
  private static let memory = ModelledMemory(order: 9, folios: 3)
  private static let fullBytes = 3 << 15
  private static let savedPerFolio = 7 * 4096

  /// Folios whose tails hold something of their own.
  private static func map(
    _ format: any TailFormat.Type, holdsStaticKey: Bool = false
  ) throws -> MemoryMap {
    var map = try MemoryMap(
      format: format, sections: memory.sections, holdsStaticKey: holdsStaticKey)
    try map.initialize(order: memory.order)
    for pfn in 0..<map.pageCount where pfn % 512 != 0 {
      unsafe map[pfn].privateData = UInt(pfn) << 1
    }
    return map
  }

  /// What the struct pages of a folio must show.
  private static func expectUsable(
    _ map: borrowing MemoryMap, before: [RawPage], _ comment: Comment
  ) throws {
    let now = map.rawPages
    for head in memory.heads where !map.optimizedFolios.contains(head) {
      #expect(now[head..<head + 512] == before[head..<head + 512], comment)
    }
    for encoding in encodings(rightIn: .elsewhere, .on)
    where encoding.format == map.format && encoding.staticKey?.isConstant ?? true {
      try memory.expectRightAnswers(of: encoding, in: map, .on)
    }
  }

  private static func expectAccounted(_ map: borrowing MemoryMap, _ comment: Comment) throws {
    #expect(
      try map.allocatedBytes() == fullBytes - map.optimizedFolios.count * savedPerFolio
        + map.templateCount * 4096, comment)
  }

  /// Optimises and restores all folios, and expects it to be as if nothing had happened.
  private static func expectFullCycle(_ map: inout MemoryMap, _ comment: Comment) throws {
    let heads = memory.heads
    try map.optimize(folios: heads)
    try map.restore(folios: heads)
    #expect(map.optimizedFolios.isEmpty && map.unfreedFolios.isEmpty, comment)
    try expectAccounted(map, comment)
    for pfn in 0..<map.pageCount where pfn % 512 != 0 { unsafe map[pfn].privateData = 0 }
    let now = map.rawPages
    try map.initialize(order: memory.order)
    #expect(map.rawPages == now, comment)
    try expectUsable(map, before: map.rawPages, comment)
  }

  @Test(
    "Whichever system call fails, each folio is optimised or as before, and accounted for",
    arguments: tailFormats, [false, true])
  func onceWhileOptimizing(format: any TailFormat.Type, holdsStaticKey: Bool) throws {
    try withStaticKey(false) {
      var failures = 0
      for position in 0... {
        var map = try Self.map(format, holdsStaticKey: holdsStaticKey)
        let before = map.rawPages
        let log = SystemCallLog(failing: position..<position + 1)
        let outcome = log.record { Result { try map.optimize(folios: Self.memory.heads) } }
        guard log.all.count > position else { break }
        let comment: Comment = "call \(position): \(log.all[position])"
        #expect(throws: VmemmapError.self, comment) { try outcome.get() }
        failures += 1
        #expect(map.unfreedFolios.isEmpty, comment)
        try Self.expectUsable(map, before: before, comment)
        try Self.expectAccounted(map, comment)
        let isHeld = holdsStaticKey && format == HeadPointerFormat.self
        #expect(OptimizeVmemmapKey.count == (isHeld ? map.optimizedFolios.count : 0), comment)
        try Self.expectFullCycle(&map, comment)
        #expect(OptimizeVmemmapKey.count == 0, comment)
      }
      // Of each folio every alias, and the giving back of what was behind them.
      #expect(failures >= 3 * (7 + 1))
    }
  }

  @Test(
    "Whichever system call fails while restoring, each folio is optimised or restored",
    arguments: tailFormats, [false, true])
  func onceWhileRestoring(format: any TailFormat.Type, holdsStaticKey: Bool) throws {
    try withStaticKey(false) {
      var failures = 0
      for position in 0... {
        var map = try Self.map(format, holdsStaticKey: holdsStaticKey)
        try map.optimize(folios: Self.memory.heads)
        let log = SystemCallLog(failing: position..<position + 1)
        let outcome = log.record { Result { try map.restore(folios: Self.memory.heads) } }
        guard log.all.count > position else { break }
        let comment: Comment = "call \(position): \(log.all[position])"
        if case .failure = outcome { failures += 1 }
        try Self.expectUsable(map, before: map.rawPages, comment)
        try Self.expectAccounted(map, comment)
        try map.restore(folios: Self.memory.heads)
        try Self.expectFullCycle(&map, comment)
        #expect(OptimizeVmemmapKey.count == 0, comment)
      }
      // Of each folio every page that is written; mapping is tried a second time.
      #expect(failures >= 3 * 7)
    }
  }

  @Test(
    "Where every call fails from some moment on, answers stay right, and what works later mends all",
    arguments: tailFormats, [false, true])
  func forGood(format: any TailFormat.Type, isRestoring: Bool) throws {
    try withStaticKey(false) {
      for position in 0... {
        var map = try Self.map(format, holdsStaticKey: true)
        if isRestoring { try map.optimize(folios: Self.memory.heads) }
        let before = map.rawPages
        let log = SystemCallLog(failing: position..<Int.max)
        let outcome = log.record {
          Result {
            if isRestoring {
              try map.restore(folios: Self.memory.heads)
            } else {
              try map.optimize(folios: Self.memory.heads)
            }
          }
        }
        guard log.all.count > position else { break }
        let comment: Comment = "from call \(position) on: \(log.all[position])"
        try Self.expectUsable(map, before: isRestoring ? map.rawPages : before, comment)
        // Restoring what could not be undone may fail as well.
        let again = SystemCallLog(failing: 3..<4)
        if (try? again.record { try map.restore(folios: Self.memory.heads) }) == nil {
          try Self.expectUsable(map, before: map.rawPages, comment)
        }
        try map.restore(folios: Self.memory.heads)
        try Self.expectFullCycle(&map, comment)
        #expect(OptimizeVmemmapKey.count == 0, comment)
        if case .success = outcome { #expect(log.all[position].contains("huge"), comment) }
      }
    }
  }

  @Test(
    "Where mappings run out anywhere in a batch, all folios are as before, and the error says why",
    .enabled(if: UsedUpMappings.isPossible, "vm.max_map_count is too high to be reached"))
  func noMappings() async {
    await #expect(processExitsWith: .success) {
      for format in tailFormats {
        var map = try FailureTests.map(format)
        let before = map.rawPages
        let inUse = MappingLimit.inUse
        var wasEnough = false
        var failures = 0
        while !wasEnough {
          var used = UsedUpMappings()
          used.giveBack(failures)
          let outcome = Result { try map.optimize(folios: FailureTests.memory.heads) }
          used.release()
          let comment: Comment = "\(failures) pairs of mappings, \(outcome)"
          if case .failure(let error) = outcome {
            failures += 1
            guard case VmemmapError.tooManyMappings(24, _, MappingLimit.current) = error else {
              Issue.record(comment)
              return
            }
            #expect(map.optimizedFolios.isEmpty, comment)
            #expect(map.rawPages == before, comment)
            // Nothing is left of what was tried.
            #expect(abs(MappingLimit.inUse - inUse) <= 2, comment)
          } else {
            wasEnough = true
            #expect(map.optimizedFolios.count == 3)
          }
          try FailureTests.expectUsable(map, before: before, comment)
          try FailureTests.expectAccounted(map, comment)
        }
        // 24 mappings are 12 pairs; a few may be there or missing at the limit.
        #expect((10...12).contains(failures))
        try map.restore(folios: FailureTests.memory.heads)
        try FailureTests.expectFullCycle(&map, "after all")
      }
    }
  }

  @Test(
    "Restoring needs no mapping more than there are",
    .enabled(if: UsedUpMappings.isPossible, "vm.max_map_count is too high to be reached"))
  func restoringWithoutMappings() async {
    await #expect(processExitsWith: .success) {
      for format in tailFormats {
        var map = try FailureTests.map(format)
        let inUse = MappingLimit.inUse
        try map.optimize(folios: FailureTests.memory.heads)
        let used = UsedUpMappings()
        let outcome = Result { try map.restore(folios: FailureTests.memory.heads) }
        used.release()
        #expect(throws: Never.self) { try outcome.get() }
        #expect(abs(MappingLimit.inUse - inUse) <= 2)
        try FailureTests.expectFullCycle(&map, "after all")
      }
    }
  }

  @Test("A batch is remapped as a whole before any of it is given back", arguments: tailFormats)
  func batchOrder(format: any TailFormat.Type) throws {
    var map = try Self.map(format)
    let log = SystemCallLog()
    try log.record { try map.optimize(folios: Self.memory.heads) }
    let kinds = log.all.map { $0.prefix { $0 != " " } }.filter { $0 == "map" || $0 == "free" }
    #expect(kinds == Array(repeating: "map", count: 21) + ["free", "free", "free"])
  }
}
