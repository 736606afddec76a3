import Testing
import Vmemmap

/// Fields against bytes at the offsets of the x86-64 `struct page`, in both directions.
@Suite("struct page")
struct PageLayoutTests {
  @Test("Each field is written where the kernel has it, and nowhere else")
  func stores() throws {
    let map = try ModelledMemory(order: 0, folios: 64).map(HeadMaskFormat.self)
    // A page of zeros among others: what is not zero afterwards was written.
    for offset in stride(from: UInt(0), to: 3 * 64, by: 8) {
      unsafe RawMemory.store(UInt64(0), at: map[4].address + offset)
    }
    func changed(_ change: (Page) -> Void) -> [Int: UInt64] {
      let page = unsafe map[5]
      change(page)
      var written: [Int: UInt64] = [:]
      for offset in stride(from: -64, to: 128, by: 8) {
        let address = UInt(bitPattern: Int(bitPattern: page.address) + offset)
        let word = RawMemory.integer(at: address, as: UInt64.self)
        if word != 0 { written[offset] = word }
        RawMemory.store(UInt64(0), at: address)
      }
      return written
    }
    let value: UInt64 = 0x0123_4567_89ab_cdef
    #expect(changed { $0.flags = PageFlags(rawValue: value) } == [0: value])
    #expect(changed { $0.compoundInfo = UInt(value) } == [8: value])
    #expect(changed { $0.lruPrevious = UInt(value) } == [16: value])
    #expect(changed { $0.mapping = UInt(value) } == [24: value])
    #expect(changed { $0.index = UInt(value) } == [32: value])
    #expect(changed { $0.privateData = UInt(value) } == [40: value])
    #expect(changed { $0.mapcount = 0x1234_5678 } == [48: 0x1234_5678])
    #expect(changed { $0.setReferenceCount(0x1234_5678) } == [48: 0x1234_5678 << 32])
    #expect(changed { $0.memcgData = UInt(value) } == [56: value])
  }

  @Test("Each field is read where the kernel has it")
  func loads() throws {
    let map = try ModelledMemory(order: 0, folios: 64).map(HeadMaskFormat.self)
    let page = unsafe map[5]
    for (number, offset) in stride(from: UInt(0), to: 64, by: 8).enumerated() {
      RawMemory.store(
        UInt64(number + 1) << 56 | 0xffff_0000 | UInt64(number), at: page.address + offset)
    }
    func word(_ number: UInt) -> UInt { (number + 1) << 56 | 0xffff_0000 | number }
    #expect(page.flags.rawValue == UInt64(word(0)))
    #expect(page.compoundInfo == word(1))
    #expect(page.lruPrevious == word(2))
    #expect(page.mapping == word(3))
    #expect(page.index == word(4))
    #expect(page.privateData == word(5))
    #expect(page.mapcount == -0x10000 + 6)
    #expect(page.referenceCount == 7 << 24 && page.referenceCountAcquire == 7 << 24)
    #expect(page.memcgData == word(7))
  }

  @Test("Struct pages are 64 bytes apart")
  func size() {
    #expect(Page.size == 64 && 1 << Page.shift == 64)
    #expect(Page(address: 4096).advanced(by: 3) == Page(address: 4096 + 192))
    #expect(Page(address: 4096).advanced(by: -1) == Page(address: 4096 - 64))
  }
}
