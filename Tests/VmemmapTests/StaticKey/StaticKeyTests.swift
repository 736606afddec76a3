import CVmemmap
import Foundation
import Synchronization
import Testing

@testable import Vmemmap

@Suite("The static key")
struct StaticKeyTests {
  typealias Patched = FakeHeadEncoding<OptimizeVmemmapKey>

  /// Two folios of order 9 in the old layout, the first of them optimised.
  private static func memoryMap() throws -> MemoryMap {
    var map = try MemoryMap(format: HeadPointerFormat.self, sections: [MemorySection(pages: 1024)])
    try map.initialize(order: 9)
    try map.optimize(folios: [0])
    return map
  }

  private static let fakeHeads = stride(from: 64, to: 512, by: 64)

  @Test("off and on, answers for every page what the constants answer", arguments: [false, true])
  func answersAsConstants(enabled: Bool) throws {
    let map = try Self.memoryMap()
    let control: any CompoundEncoding.Type =
      enabled ? FakeHeadEncoding<KeyOn>.self : FakeHeadEncoding<KeyOff>.self
    try withStaticKey(enabled) {
      for pfn in 0..<map.pageCount {
        let page = unsafe map[pfn]
        #expect(Patched.compoundHead(page) == control.compoundHead(page), "pfn \(pfn)")
        #expect(Patched.isTail(page) == control.isTail(page), "pfn \(pfn)")
        #expect(Patched.isHead(page) == control.isHead(page), "pfn \(pfn)")
      }
    }
  }

  @Test("off, takes fake heads for heads; on, finds their head")
  func decodesFakeHeads() throws {
    let map = try Self.memoryMap()
    for pfn in Self.fakeHeads {
      try withStaticKey(false) { unsafe #expect(Patched.compoundHead(map[pfn]) == map[pfn]) }
      try withStaticKey(true) { unsafe #expect(Patched.compoundHead(map[pfn]) == map[0]) }
    }
  }

  @Test("on, keeps page_ref_add_unless() from fake heads; off, lets it try")
  func guardsReferences() throws {
    // Not optimised: a store through a read-only alias would be the end of the process.
    var map = try MemoryMap(format: HeadPointerFormat.self, sections: [MemorySection(pages: 512)])
    try map.initialize(order: 9)
    let fake = unsafe map[64]
    fake.flags = unsafe map[0].flags
    fake.compoundInfo = unsafe map[0].compoundInfo
    fake.setReferenceCount(1)
    typealias Form = FakeHeadForm<OptimizeVmemmapKey, NonPreemptibleRCU>
    try withStaticKey(true) { #expect(!Form.pageRefAddUnless(fake, 1, 0)) }
    #expect(fake.referenceCount == 1)
    try withStaticKey(true) { #expect(unsafe Form.pageRefAddUnless(map[0], 1, 0)) }
    unsafe #expect(map[0].referenceCount == 2)
    try withStaticKey(false) { #expect(Form.pageRefAddUnless(fake, 1, 0)) }
    #expect(fake.referenceCount == 2)
  }

  @Test("is turned a thousand times, and every time the next answer is that of its position")
  func turnsBackAndForth() throws {
    let map = try Self.memoryMap()
    try withStaticKey(false) {
      for turn in 0..<1000 {
        let enabled = turn.isMultiple(of: 2)
        if enabled {
          try OptimizeVmemmapKey.increment()
        } else {
          try OptimizeVmemmapKey.decrement()
        }
        unsafe #expect(
          Patched.compoundHead(map[64]) == (enabled ? map[0] : map[64]), "turn \(turn)")
      }
    }
  }

  @Test("is seen in its position by a thread that tested it before it was turned")
  func isSeenByOtherThreads() throws {
    let map = try Self.memoryMap()
    let (fake, head) = unsafe (map[64], map[0])
    let asked = DispatchSemaphore(value: 0)
    let answered = DispatchSemaphore(value: 0)
    let answers = Answers()
    let turns = 100
    try withStaticKey(false) {
      Thread.detachNewThread {
        for _ in 0..<turns {
          asked.wait()
          answers.append(Patched.compoundHead(fake))
          answered.signal()
        }
      }
      for turn in 0..<turns {
        if turn.isMultiple(of: 2) {
          try OptimizeVmemmapKey.increment()
        } else {
          try OptimizeVmemmapKey.decrement()
        }
        asked.signal()
        answered.wait()
      }
    }
    #expect(answers.all == (0..<turns).map { $0.isMultiple(of: 2) ? head : fake })
  }

  @Test("is patched at every branch, of which each test of it is one")
  func patchesEveryBranch() throws {
    func answers() -> [Bool] {
      [
        cvm_static_branch_optimize_vmemmap(), cvm_static_branch_optimize_vmemmap(),
        cvm_static_branch_optimize_vmemmap(),
      ]
    }
    let branches = StaticBranch.all
    #expect(branches.count > 3)
    try withStaticKey(false) {
      #expect(answers() == [false, false, false])
      for branch in branches { #expect(branch.instruction == [0x0f, 0x1f, 0x44, 0x00, 0x00]) }
    }
    try withStaticKey(true) {
      #expect(answers() == [true, true, true])
      for branch in branches { #expect(branch.instruction == Self.jump(of: branch)) }
    }
  }

  /// A jump to the branch's target, as the processor's manual has it.
  private static func jump(of branch: StaticBranch) -> [UInt8] {
    let distance = Int32(Int(branch.target) - Int(branch.code) - 5)
    return unsafe withUnsafeBytes(of: distance.littleEndian) { unsafe [0xe9] + $0 }
  }

  @Test("leaves no code writable", arguments: [false, true])
  func leavesNoCodeWritable(enabled: Bool) throws {
    try withStaticKey(enabled) {
      let permissions = KernelFile.lines("/proc/self/maps").map { $0.split(separator: " ")[1] }
      #expect(permissions.contains("r-xp"))
      #expect(!permissions.contains { $0.contains("w") && $0.contains("x") })
    }
  }
}

/// What another thread found.
private final class Answers: Sendable {
  private let pages = Mutex<[Page]>([])

  var all: [Page] { pages.withLock { $0 } }

  func append(_ page: Page) { pages.withLock { $0.append(page) } }
}
