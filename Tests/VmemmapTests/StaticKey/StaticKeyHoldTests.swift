import Testing

@testable import Vmemmap

/// `hugetlb_optimize_vmemmap_key` as optimised folios hold it.
@Suite("HVO: the static key")
struct StaticKeyHoldTests {
  private static let memory = ModelledMemory(order: 9, folios: 4)

  private static func map(
    _ format: any TailFormat.Type, holdsStaticKey: Bool
  ) throws -> MemoryMap {
    var map = try MemoryMap(
      format: format, sections: memory.sections, holdsStaticKey: holdsStaticKey)
    try map.initialize(order: memory.order)
    return map
  }

  @Test("In the old layout it has one holder for each optimised folio, and is on while it has any")
  func oldLayout() throws {
    try withStaticKey(false) {
      var map = try Self.map(HeadPointerFormat.self, holdsStaticKey: true)
      #expect(!OptimizeVmemmapKey.isEnabled)
      for (folios, holders) in [([0], 1), ([0, 512, 1024], 3), ([512], 3)] {
        try map.optimize(folios: folios)
        #expect(OptimizeVmemmapKey.count == holders && OptimizeVmemmapKey.isEnabled)
      }
      // The pages that need it are right by it.
      for pfn in 0..<map.pageCount {
        let head = unsafe FakeHeadEncoding<OptimizeVmemmapKey>.compoundHead(map[pfn])
        #expect(unsafe head == map[pfn / 512 * 512], "pfn \(pfn)")
      }
      try map.restore(folios: [0, 1536, 0])
      #expect(OptimizeVmemmapKey.count == 2 && OptimizeVmemmapKey.isEnabled)
      try map.restore(folios: Self.memory.heads)
      #expect(OptimizeVmemmapKey.count == 0 && !OptimizeVmemmapKey.isEnabled)
    }
  }

  @Test("Maps and others hold it together, and a map that goes gives up what it held")
  func severalHolders() throws {
    try withStaticKey(true) {
      var map = try Self.map(HeadPointerFormat.self, holdsStaticKey: true)
      try map.optimize(folios: [0])
      do {
        var other = try Self.map(HeadPointerFormat.self, holdsStaticKey: true)
        try other.optimize(folios: Self.memory.heads)
        #expect(OptimizeVmemmapKey.count == 6)
        #expect(other.optimizedFolios.count == 4)
      }
      #expect(OptimizeVmemmapKey.count == 2)
      try map.restore(folios: [0])
      #expect(OptimizeVmemmapKey.count == 1 && OptimizeVmemmapKey.isEnabled)
    }
  }

  @Test("The new layout does not hold it, nor does a map that was not told to")
  func nobodyHolds() throws {
    try withStaticKey(false) {
      for (format, holds) in [
        (HeadMaskFormat.self as any TailFormat.Type, true), (HeadPointerFormat.self, false),
      ] {
        var map = try Self.map(format, holdsStaticKey: holds)
        try map.optimize(folios: Self.memory.heads)
        #expect(OptimizeVmemmapKey.count == 0 && !OptimizeVmemmapKey.isEnabled)
      }
    }
  }

  @Test("Code is patched for the first holder and for the last, and for no other")
  func patchesOnFirstAndLast() throws {
    try withStaticKey(false) {
      func calls(_ body: () throws -> Void) throws -> Int {
        let log = SystemCallLog()
        try log.record(body)
        return log.all.count
      }
      let steps = [0, 2, 1, -2, -1]
      let counts = try steps.map { step in
        try calls {
          if step < 0 {
            try OptimizeVmemmapKey.decrement(by: -step)
          } else {
            try OptimizeVmemmapKey.increment(by: step)
          }
        }
      }
      #expect(counts.map { $0 > 0 } == [false, true, false, false, true])
      #expect(!OptimizeVmemmapKey.isEnabled && OptimizeVmemmapKey.count == 0)
    }
  }

  @Test(
    "Whichever system call of it fails, code and count say what they said",
    arguments: [false, true])
  func failures(enabled: Bool) throws {
    try withStaticKey(enabled) {
      var failures = 0
      for position in 0... {
        let log = SystemCallLog(failing: position..<position + 1)
        let outcome = log.record {
          Result {
            if enabled {
              try OptimizeVmemmapKey.decrement()
            } else {
              try OptimizeVmemmapKey.increment()
            }
          }
        }
        guard log.all.count > position else { break }
        failures += 1
        let comment: Comment = "\(log.all[position])"
        #expect(throws: VmemmapError.self, comment) { try outcome.get() }
        #expect(OptimizeVmemmapKey.count == (enabled ? 1 : 0), comment)
        for branch in StaticBranch.all {
          #expect(branch.instruction == branch.instruction(enabled: enabled), comment)
        }
      }
      // Registration comes first: without membarrier() nothing has been touched.
      #expect(failures == 4)
      // The attempt that did not fail turned it.
      if enabled { try OptimizeVmemmapKey.increment() } else { try OptimizeVmemmapKey.decrement() }
    }
  }
}
