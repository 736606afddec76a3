import Glibc
import Testing
import Vmemmap

@Suite("HVO: aliases are read-only")
struct ReadOnlyAliasTests {
  /// One folio of order 9, optimised.
  private static func optimized(_ format: any TailFormat.Type) throws -> MemoryMap {
    var map = try ModelledMemory(order: 9, folios: 1).map(format)
    try map.optimize(folios: [0])
    return map
  }

  /// Says that all went well up to the store that is to fault.
  private static func announceStore() {
    print("stores now")
    fflush(nil)
  }

  private static func expectAnnounced(_ result: ExitTest.Result?) {
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    #expect(output.contains("stores now"))
  }

  @Test("Old layout: a store to an aliased tail ends the process with SIGSEGV")
  func oldLayout() async {
    let result = await #expect(
      processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
    ) {
      let map = try ReadOnlyAliasTests.optimized(HeadPointerFormat.self)
      unsafe map[0].setReferenceCount(2)
      unsafe map[63].privateData = 1
      ReadOnlyAliasTests.announceStore()
      unsafe map[65].privateData = 1
    }
    ReadOnlyAliasTests.expectAnnounced(result)
  }

  @Test("New layout: a store to an aliased tail ends the process with SIGSEGV")
  func newLayout() async {
    let result = await #expect(
      processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
    ) {
      let map = try ReadOnlyAliasTests.optimized(HeadMaskFormat.self)
      unsafe map[0].setReferenceCount(2)
      unsafe map[63].privateData = 1
      ReadOnlyAliasTests.announceStore()
      unsafe map[511].privateData = 1
    }
    ReadOnlyAliasTests.expectAnnounced(result)
  }

  @Test(
    "The kernel refuses to write to any aliased vmemmap page, and to no other one",
    arguments: tailFormats)
  func systemCall(format: any TailFormat.Type) throws {
    var map = try ModelledMemory(order: 9, folios: 2).map(format)
    try map.optimize(folios: [0])
    for vmemmapPage in 0..<16 {
      // The last byte of page[64k].memcg_data, which is 0 anyway.
      let address = unsafe map[64 * vmemmapPage].address + 63
      let isAliased = (1..<8).contains(vmemmapPage)
      #expect(
        RawMemory.writeZero(at: address) == (isAliased ? EFAULT : 0), "vmemmap page \(vmemmapPage)")
    }
    try map.restore(folios: [0])
    for vmemmapPage in 0..<16 {
      unsafe #expect(RawMemory.writeZero(at: map[64 * vmemmapPage].address + 63) == 0)
    }
  }

  @Test(
    "After restoring, a store to a tail works and reaches no other page", arguments: tailFormats)
  func afterRestore(format: any TailFormat.Type) throws {
    var map = try ReadOnlyAliasTests.optimized(format)
    try map.restore(folios: [0])
    let before = map.rawPages
    unsafe map[65].privateData = 0x65
    unsafe #expect(RawMemory.integer(at: map[65].address + 40, as: UInt.self) == 0x65)
    unsafe map[65].privateData = 0
    #expect(map.firstChange(from: before) == nil)
  }
}
