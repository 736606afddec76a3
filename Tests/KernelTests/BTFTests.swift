import Host
import Testing

@testable import Kernel

@Suite("BTF")
struct BTFTests {
  private func page(_ reference: Reference) throws -> BTF.Structure {
    try BTF([UInt8](reference.data)).structure(named: "page")
  }

  private func spans(_ structure: BTF.Structure) -> [String] {
    structure.members.map { "\($0.name) \($0.offset)+\($0.size)" }
  }

  @Test("struct page of Linux 6.18, with the members of its anonymous unions in their place")
  func linux618() throws {
    let page = try page(.btf618)
    #expect(page.size == 64)
    #expect(
      spans(page) == [
        "flags 0+8", "lru 8+16", "buddy_list 8+16", "pcp_list 8+16", "pcp_llist 8+8",
        "mapping 24+8", "__folio_index 32+8", "share 32+8", "buddy_since 32+8", "private 40+8",
        "pp_magic 8+8", "pp 16+8", "_pp_mapping_pad 24+8", "dma_addr 32+8", "pp_ref_count 40+8",
        "compound_head 8+8", "_unused_pgmap_compound_head 8+8", "zone_device_data 16+8",
        "callback_head 8+16", "page_type 48+4", "_mapcount 48+4", "_refcount 52+4",
        "memcg_data 56+8",
      ])
  }

  @Test("struct page of Debian's 6.12 has the same word by the same name, and an index")
  func linux612() throws {
    let spans = spans(try page(.btf612))
    for member in ["flags 0+8", "compound_head 8+8", "index 32+8", "_refcount 52+4"] {
      #expect(spans.contains(member))
    }
  }

  @Test(
    "PG_head and others are read from the enumeration",
    arguments: [Reference.btf612, .btf618])
  func flags(reference: Reference) throws {
    let flags = try BTF([UInt8](reference.data)).enumerators(of: "pageflags")
    #expect(flags["PG_locked"] == 0 && flags["PG_lru"] == 5 && flags["PG_head"] == 6)
  }

  @Test("A path leads into structures and typedefs, and nowhere where there is none")
  func paths() throws {
    let btf = try BTF([UInt8](Reference.btf618.data))
    let page = try btf.structure(named: "page")
    let previous = try #require(try btf.member("lru.prev", of: page))
    #expect(previous.offset == 16 && previous.size == 8 && previous.name == "lru.prev")
    let counter = try #require(try btf.member("_refcount.counter", of: page))
    #expect(counter.offset == 52 && counter.size == 4)
    for path in ["lru.last", "private.x", "compound_info", "compound_info.x", ""] {
      #expect(try btf.member(path, of: page) == nil)
    }
  }

  @Test("Sizes of every kind that a field can be of")
  func kinds() throws {
    var builder = BTFBuilder()
    let byte = builder.integer("char", bytes: 1)
    let long = builder.integer("long", bytes: 8)
    let pointer = builder.add(BTFBuilder.pointer)
    let row = builder.add(BTFBuilder.array, rest: [long, byte, 3])
    let table = builder.add(BTFBuilder.array, rest: [row, byte, 5])
    let none = builder.add(BTFBuilder.array, rest: [pointer, byte, 0])
    let const = builder.add(BTFBuilder.const, word: long)
    let volatile = builder.add(BTFBuilder.volatile, word: const)
    let restrict = builder.add(BTFBuilder.restrict, word: pointer)
    let tag = builder.add(BTFBuilder.typeTag, "rcu", word: volatile)
    let alias = builder.add(BTFBuilder.typedef, "alias_t", word: tag)
    let enumeration = builder.add(BTFBuilder.enumeration, "small", word: 4)
    let wide = builder.add(BTFBuilder.enumeration64, "wide", word: 8)
    let float = builder.add(BTFBuilder.float, "double", word: 8)
    let union = builder.structure(
      "", bytes: 8, kind: BTFBuilder.union, ("one", byte, 0), ("other", long, 0))
    builder.structure(
      "all", bytes: 200, ("char", byte, 0), ("pointer", pointer, 64), ("table", table, 128),
      ("none", none, 1088), ("alias", alias, 1088), ("restrict", restrict, 1152),
      ("enum", enumeration, 1216), ("enum64", wide, 1280), ("float", float, 1344),
      ("", union, 1408))
    #expect(
      spans(try BTF(builder.bytes).structure(named: "all")) == [
        "char 0+1", "pointer 8+8", "table 16+120", "none 136+0", "alias 136+8", "restrict 144+8",
        "enum 152+4", "enum64 160+8", "float 168+8", "one 176+1", "other 176+8",
      ])
  }

  @Test("Bit fields keep their bits")
  func bitFields() throws {
    var builder = BTFBuilder()
    let int = builder.integer("int", bytes: 4)
    builder.structure(
      "bits", bytes: 8, flag: true, ("a", int, 3 << 24 | 0), ("b", int, 7 << 24 | 3),
      ("whole", int, 32))
    let members = try BTF(builder.bytes).structure(named: "bits").members
    #expect(members.map(\.bitOffset) == [0, 3, 32])
    #expect(members.map(\.bitSize) == [3, 7, 32])
    #expect(members.map(\.size) == [1, 2, 4])
  }

  @Test("Enumerators are signed where the BTF says so, and wide where they are")
  func enumerators() throws {
    var builder = BTFBuilder()
    let minusOne = builder.name("minus_one")
    let top = builder.name("top")
    builder.add(
      BTFBuilder.enumeration, "signed", count: 1, flag: true, word: 4, rest: [minusOne, -1])
    builder.add(BTFBuilder.enumeration, "unsigned", count: 1, word: 4, rest: [top, -1])
    builder.add(BTFBuilder.enumeration64, "wide", count: 1, word: 8, rest: [top, 1, 2])
    let btf = try BTF(builder.bytes)
    #expect(try btf.enumerators(of: "signed") == ["minus_one": -1])
    #expect(try btf.enumerators(of: "unsigned") == ["top": 0xffff_ffff])
    #expect(try btf.enumerators(of: "wide") == ["top": 2 << 32 | 1])
  }

  @Test("The running kernel's BTF can be read where it has one")
  func running() throws {
    let tree = SystemTree()
    guard tree.exists(BTF.path) else { return }
    let page = try KernelStructPage.current(tree)
    #expect(page.size > 0 && page.tailWord != nil)
  }
}
