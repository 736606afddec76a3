import TestSupport
import Testing

@testable import Kernel

@Suite("Damaged BTF")
struct DamagedBTFTests {
  private func real() throws -> [UInt8] { [UInt8](try Reference.btf618.data) }

  /// Reads all that is ever read of a kernel's BTF.
  private func read(_ bytes: [UInt8]) throws(BTFError) {
    let btf = try BTF(bytes)
    let page = try btf.structure(named: "page")
    _ = try btf.member("lru.prev", of: page)
    _ = try btf.enumerators(of: "pageflags")
  }

  @Test("Cut short anywhere, it is refused as cut short")
  func truncated() throws {
    let bytes = try real()
    for count in bytes.indices {
      let error = #expect(throws: BTFError.self) { try read(Array(bytes[..<count])) }
      guard case .truncated(_, let needed, let available) = error else {
        Issue.record("\(count) bytes: \(String(describing: error))")
        return
      }
      #expect(needed > available && available == count)
    }
    #expect(throws: Never.self) { try read(bytes) }
  }

  @Test("With any byte changed it is read or refused, without a crash and soon")
  func everyByteChanged() throws {
    let bytes = try real()
    for index in bytes.indices {
      for change in [0x01, 0x80, 0xff] as [UInt8] {
        var damaged = bytes
        damaged[index] ^= change
        do throws(BTFError) { try read(damaged) } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }

  @Test("Other magic numbers, big-endian BTF and ELF files are told")
  func magic() throws {
    let builder = BTFBuilder()
    for magic in [0x9feb, 0x457f, 0] {
      let bytes = builder.bytes(magic: magic, typeLength: 0, stringLength: 1)
      #expect(throws: BTFError.wrongMagic(UInt16(magic))) { try BTF(bytes) }
    }
    #expect("\(BTFError.wrongMagic(0x9feb))".contains("0x9feb"))
  }

  @Test("Another version is told")
  func version() {
    let bytes = BTFBuilder().bytes(version: 2, typeLength: 0, stringLength: 1)
    #expect(throws: BTFError.unknownVersion(2)) { try BTF(bytes) }
  }

  @Test("Sections beyond the end are cut short, also where their sum would overflow 32 bits")
  func sections() {
    let builder = BTFBuilder()
    #expect(
      throws: BTFError.truncated(what: "the section of types", needed: 124, available: 25)
    ) { try BTF(builder.bytes(typeLength: 100, stringLength: 1)) }
    #expect(
      throws: BTFError.truncated(
        what: "the section of names", needed: 24 + 0xffff_ffff, available: 25)
    ) { try BTF(builder.bytes(typeLength: 0, stringLength: 0xffff_ffff)) }
  }

  @Test("A record that does not fit the section of types is cut short")
  func record() {
    var builder = BTFBuilder()
    builder.add(BTFBuilder.structure, "page", count: 2, word: 64, rest: [0, 0, 0])
    #expect(throws: BTFError.truncated(what: "type 1", needed: 60, available: 48)) {
      try BTF(builder.bytes)
    }
  }

  @Test("A kind that is not known is told with its type")
  func kind() {
    var builder = BTFBuilder()
    _ = builder.integer("int", bytes: 4)
    builder.add(20, "new")
    #expect(throws: BTFError.unknownKind(kind: 20, typeID: 2)) { try BTF(builder.bytes) }
  }

  @Test("A type that is not there is told when it is followed", arguments: [2, 1000, 0xffff_ffff])
  func typeOutOfRange(id: Int) {
    var builder = BTFBuilder()
    builder.structure("page", bytes: 64, ("flags", id, 0))
    #expect(throws: BTFError.typeOutOfRange(id: id, count: 2)) { try read(builder.bytes) }
  }

  @Test("A name beyond the names, or without an end, is told")
  func names() throws {
    var builder = BTFBuilder()
    builder.add(BTFBuilder.structure, "page", count: 1, word: 64, rest: [1000, 0, 0])
    let length = builder.strings.count
    #expect(throws: BTFError.stringOutOfRange(offset: 1000, length: length)) {
      try read(builder.bytes)
    }
    var endless = BTFBuilder()
    endless.structure("page", bytes: 64)
    let bytes = Array(endless.bytes.dropLast())
    let cut = endless.bytes(typeLength: endless.types.count, stringLength: length - 1)
    #expect(throws: BTFError.stringOutOfRange(offset: 1, length: length - 1)) {
      try read(cut.prefix(bytes.count) + [])
    }
  }

  @Test("Fields without a size are told")
  func unsized() {
    for kind in [BTFBuilder.forward, BTFBuilder.function, BTFBuilder.prototype] {
      var builder = BTFBuilder()
      let type = builder.add(kind, "opaque")
      builder.structure("page", bytes: 64, ("flags", type, 0))
      #expect(throws: BTFError.unsized(id: type)) { try read(builder.bytes) }
    }
    var builder = BTFBuilder()
    builder.structure("page", bytes: 64, ("nothing", 0, 0))
    #expect(throws: BTFError.unsized(id: 0)) { try read(builder.bytes) }
  }

  @Test("Typedefs that lead to themselves end")
  func endlessTypedef() {
    var builder = BTFBuilder()
    builder.add(BTFBuilder.typedef, "a", word: 2)
    builder.add(BTFBuilder.typedef, "b", word: 1)
    builder.structure("page", bytes: 64, ("flags", 1, 0))
    #expect(throws: BTFError.endless(id: 1)) { try read(builder.bytes) }
  }

  @Test("An array of itself, and one larger than memory, end")
  func endlessArray() {
    var builder = BTFBuilder()
    builder.add(BTFBuilder.array, rest: [1, 1, 1])
    builder.structure("page", bytes: 64, ("flags", 1, 0))
    #expect(throws: BTFError.endless(id: 1)) { try read(builder.bytes) }

    var large = BTFBuilder()
    var type = large.integer("long", bytes: 8)
    for _ in 0..<3 { type = large.add(BTFBuilder.array, rest: [type, 1, 0xffff_ffff]) }
    large.structure("page", bytes: 64, ("flags", type, 0))
    #expect(throws: BTFError.self) { try read(large.bytes) }
  }

  @Test("Anonymous structures that contain themselves, or each other many times over, end soon")
  func endlessStructures() {
    var builder = BTFBuilder()
    builder.structure("page", bytes: 64, ("", 1, 0))
    #expect(throws: BTFError.endless(id: 1)) { try read(builder.bytes) }

    // 2 to the 40th members, none of which is named.
    var doubling = BTFBuilder()
    doubling.structure("", bytes: 0)
    for id in 1...40 { doubling.structure("", bytes: 0, ("", id, 0), ("", id, 0)) }
    doubling.structure("page", bytes: 64, ("", 41, 0))
    #expect(throws: BTFError.self) { try read(doubling.bytes) }
  }

  @Test("A BTF without struct page or page flags says what it lacks")
  func noSuchType() {
    var builder = BTFBuilder()
    builder.structure("folio", bytes: 64)
    #expect(throws: BTFError.noSuchType("struct page")) { try read(builder.bytes) }
    builder.structure("page", bytes: 64)
    #expect(throws: BTFError.noSuchType("enum pageflags")) { try read(builder.bytes) }
    #expect("\(BTFError.noSuchType("struct page"))" == "has no struct page")
  }

  @Test("The file is named in the message, and what would help where there is none")
  func messages() throws {
    let prepared = try PreparedTree()
    let path = prepared.path(PreparedTree.btf)
    let missing = #expect(throws: KernelError.self) {
      try KernelStructPage.current(prepared.tree)
    }
    #expect(
      "\(try #require(missing))"
        == "cannot read \(path): No such file or directory; "
        + "a kernel built with CONFIG_DEBUG_INFO_BTF shows its types")
    try prepared.write("BTF".data(using: .utf8)!, to: PreparedTree.btf)
    let short = #expect(throws: KernelError.self) {
      try KernelStructPage.current(prepared.tree)
    }
    #expect(
      "\(try #require(short))" == "\(path): cut short: the header needs 24 bytes, 3 are there")
  }
}
