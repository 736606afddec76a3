import Synchronization
import Testing

@testable import Vmemmap

/// Makers of templates that race.
@Suite("HVO: the template table")
struct TemplateTableTests {
  private static let format = ObjectIdentifier(HeadMaskFormat.self)

  private static func keys(nodes: Int, orders: ClosedRange<Int>) -> [TailTemplate.Key] {
    (0..<nodes).flatMap { node in
      Zone.allCases.flatMap { zone in
        orders.map {
          TailTemplate.Key(format: format, flags: PageFlags(zone: zone, node: node), order: $0)
        }
      }
    }
  }

  /// What a tail of a key's folios holds.
  private static func word(_ key: TailTemplate.Key) -> UInt { UInt.max << UInt(key.order + 6) | 1 }

  private static func offset(
    _ key: TailTemplate.Key, in table: TemplateTable
  ) -> Result<Int, VmemmapError> {
    Result { () throws(VmemmapError) in try table.offset(for: key, compoundInfo: word(key)) }
  }

  /// Expects each key's template to be there once, and right, and no memory besides.
  private func expectTemplates(
    _ keys: [TailTemplate.Key], at offsets: [Int], in map: borrowing MemoryMap
  ) throws {
    #expect(Set(offsets).count == keys.count)
    #expect(map.templateCount == keys.count)
    #expect(try map.allocatedBytes() == 4096 + keys.count * 4096)
    for (key, offset) in zip(keys, offsets) {
      let entries = Set(RawMemory.words(at: map.base + UInt(offset), count: 64))
      #expect(entries.count == 1)
      let tail = RawPage(words: try #require(entries.first))
      #expect(tail.compoundInfo == UInt64(Self.word(key)) && tail.flags == key.flags.rawValue)
      #expect(tail.mapcount == -1 && tail.refcount == 0 && tail.mapping == UInt64(tailMapping))
    }
  }

  /// Lets makers make the same template at the same time: each waits in the call that allocates its
  /// page until all of them are there.
  ///
  /// - Parameter failing: the positions of each maker's system calls that fail: 0 allocates, 1 frees.
  private func race(
    for key: TailTemplate.Key, in table: TemplateTable, makers: Int, failing: Range<Int> = 0..<0
  ) -> (answers: [Result<Int, VmemmapError>], freed: Int) {
    let arrived = Atomic(0)
    let freed = Atomic(0)
    let answers = Mutex<[Result<Int, VmemmapError>]>([])
    onThreads(makers) { _ in
      let log = SystemCallLog(failing: failing) { attempt in
        guard attempt.hasPrefix("allocate") else { return }
        arrived.add(1, ordering: .sequentiallyConsistent)
        while arrived.load(ordering: .sequentiallyConsistent) < makers { yieldThread() }
      }
      let answer = log.record { Self.offset(key, in: table) }
      answers.withLock { $0.append(answer) }
      freed.add(log.all.count { $0.hasPrefix("free") }, ordering: .relaxed)
    }
    return (answers.withLock { $0 }, freed.load(ordering: .relaxed))
  }

  @Test("Of makers of one template that all have made it, one is kept; the others' pages are freed")
  func losers() throws {
    let map = try ModelledMemory(order: 0, folios: 64).map(HeadMaskFormat.self)
    let table = map.templates
    let makers = 8
    let keys = Self.keys(nodes: 1, orders: 7...9)
    for (count, key) in keys.enumerated() {
      let (answers, freed) = race(for: key, in: table, makers: makers)
      #expect(try Set(answers.map { try $0.get() }).count == 1)
      #expect(freed == makers - 1)
      #expect(map.templateCount == count + 1)
      #expect(try map.allocatedBytes() == 4096 + (count + 1) * 4096)
    }
    let offsets = try keys.map { try Self.offset($0, in: table).get() }
    try expectTemplates(keys, at: offsets, in: map)
  }

  @Test("A loser whose page can't be freed says so, and others can have the page")
  func failingLosers() throws {
    let map = try ModelledMemory(order: 0, folios: 64).map(HeadMaskFormat.self)
    let makers = 8
    // More losers than there are pages.
    let keys = Self.keys(nodes: 1, orders: 7...9)
    for (count, key) in keys.enumerated() {
      let (answers, _) = race(for: key, in: map.templates, makers: makers, failing: 1..<2)
      let offsets = answers.compactMap { try? $0.get() }
      #expect(offsets.count == 1)
      #expect(map.templateCount == count + 1)
    }
    #expect(try map.allocatedBytes() <= 4096 + (keys.count + makers) * 4096)
  }

  @Test("Threads that ask for all templates in orders of their own find the same ones")
  func manyKeys() throws {
    let keys = Array(Self.keys(nodes: 3, orders: 7...10).prefix(60))
    for round in 0..<20 {
      let map = try ModelledMemory(order: 0, folios: 64).map(HeadMaskFormat.self)
      let table = map.templates
      let answers = Mutex<[[Int]]>([])
      onThreads(4) { thread in
        var generator = SplitMix(state: UInt64(round * 4 + thread))
        var offsets = [Int](repeating: -1, count: keys.count)
        for index in keys.indices.shuffled(using: &generator) {
          offsets[index] = (try? Self.offset(keys[index], in: table).get()) ?? -1
        }
        answers.withLock { [offsets] in $0.append(offsets) }
      }
      let all = answers.withLock { $0 }
      #expect(Set(all).count == 1)
      try expectTemplates(keys, at: all[0], in: map)
    }
  }

  @Test("Makers of the last template there is room for all get it, and of one more none does")
  func lastPage() throws {
    let keys = Self.keys(nodes: 2, orders: 7...13)
    for _ in 0..<20 {
      let map = try ModelledMemory(order: 0, folios: 64).map(HeadMaskFormat.self)
      let table = map.templates
      for key in keys[..<63] { _ = try Self.offset(key, in: table).get() }
      let answers = Mutex<[Result<Int, VmemmapError>]>([])
      onThreads(8) { _ in
        let answer = Self.offset(keys[63], in: table)
        answers.withLock { $0.append(answer) }
      }
      let all = answers.withLock { $0 }
      #expect(try Set(all.map { try $0.get() }).count == 1)
      #expect(throws: VmemmapError.tooManyTemplates(limit: 64)) {
        try Self.offset(keys[64], in: table).get()
      }
      #expect(try map.allocatedBytes() == 4096 + 64 * 4096)
    }
  }
}
