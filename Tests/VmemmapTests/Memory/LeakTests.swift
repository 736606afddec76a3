import Testing

@testable import Vmemmap

/// What maps leave when they are gone: in processes of their own, where nobody else maps or opens.
@Suite("Leaks")
struct LeakTests {
  @Test("A thousand maps leave no mapping, no file and no address space")
  func dropped() async {
    await #expect(processExitsWith: .success) {
      try LeakTests.expectNothingLeft {
        for number in 0..<1000 { try Making.all[number % Making.all.count].make() }
        return 1000
      }
    }
  }

  @Test("So do those of which no more can be made from some system call on, or one call fails")
  func failed() async {
    await #expect(processExitsWith: .success) {
      try LeakTests.expectNothingLeft {
        var failures = 0
        for making in Making.all {
          for position in 0... {
            var isReached = false
            for failing in [position..<position + 1, position..<Int.max] {
              let log = SystemCallLog(failing: failing)
              let outcome = log.record { Result { try making.make() } }
              isReached = log.all.count > position
              if case .failure = outcome { failures += 1 }
            }
            guard isReached else { break }
          }
          #expect(Holdings().ofMaps == [0, 0], "\(making)")
        }
        return failures
      }
    }
  }

  /// - Parameter body: makes maps, and says how many are to leave nothing.
  private static func expectNothingLeft(after body: () throws -> Int) throws {
    // What is made once and kept.
    for making in Making.all { try making.make() }
    let before = Holdings()
    #expect(before.ofMaps == [0, 0])
    let count = try body()
    let after = Holdings()
    #expect(after.ofMaps == [0, 0])
    // A thread, or the testing library's own files, that come or go meanwhile are a few; what each map
    // leaves is as many as there are maps, and of address space the smallest takes 256 KiB.
    #expect(count >= 1000)
    #expect(abs(after.mappings - before.mappings) < count / 10, "\(before), then \(after)")
    #expect(abs(after.files - before.files) < count / 10, "\(before), then \(after)")
    #expect(after.kibibytes - before.kibibytes < count * 256, "\(before), then \(after)")
  }
}

/// One way to make a map.
private struct Making {
  enum Backing: CaseIterable {
    case basePages, hugePages, largerBasePages, onNodes
    /// Built optimised, of huge pages and of device memory.
    case sparse, sparseDevice
  }

  enum HVO: CaseIterable {
    case off, on, restored
  }

  let format: any TailFormat.Type
  let backing: Backing
  let hvo: HVO

  /// Every one that there is.
  static let all: [Making] = allTailFormats.flatMap { format in
    Backing.allCases.flatMap { backing in
      HVO.allCases.map { Making(format: format, backing: backing, hvo: $0) }
    }
  }.filter { making in
    let isSparse = [.sparse, .sparseDevice].contains(making.backing)
    return making.format.sharedTails != nil || making.hvo == .off && !isSparse
  }.filter { $0.backing != .sparseDevice || $0.hvo == .off }

  func make() throws {
    let isHuge = backing == .hugePages
    let basePageSize = backing == .largerBasePages ? 16 << 10 : 4096
    let memory = ModelledMemory(
      order: basePageSize == 4096 ? 9 : 10,
      sections: [
        MemorySection(
          zone: backing == .sparseDevice ? .device : .normal, pages: isHuge ? 1 << 15 : 3 << 10)
      ])
    let heads = Array(memory.heads.prefix(2))
    var map: MemoryMap
    switch backing {
    case .sparse, .sparseDevice:
      var sparse = try SparseMemoryMap(format: format, sections: memory.sections)
      if backing == .sparse {
        _ = try sparse.populateHVO(heads.map { HugeBootmemPage(pfn: $0, order: memory.order) })
      } else {
        try sparse.populateCompoundPages(0..<2 << memory.order, order: memory.order)
      }
      map = try sparse.populateBasePages()
    default:
      map = try memory.map(
        format, mappingSize: isHuge ? .huge : .base, bindToNodes: backing == .onNodes,
        basePageSize: basePageSize)
    }
    guard hvo != .off else { return }
    if backing != .sparse { try map.optimize(folios: heads) }
    if hvo == .restored { try map.restore(folios: heads) }
  }
}
