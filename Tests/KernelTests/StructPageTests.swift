import Foundation
import Testing

@testable import Kernel

@Suite("The kernel's struct page beside a model")
struct StructPageTests {
  private func kernel(_ bytes: [UInt8]) throws -> KernelStructPage {
    try KernelStructPage(BTF(bytes), path: "vmlinux")
  }

  private let model = [
    StructPageComparison.ModelField(names: ["flags"], offset: 0, size: 8),
    StructPageComparison.ModelField(
      names: ["compound_info", "compound_head"], offset: 8, size: 8),
    StructPageComparison.ModelField(names: ["lru.prev"], offset: 16, size: 8),
    StructPageComparison.ModelField(names: ["_refcount"], offset: 52, size: 4),
  ]

  /// A struct page as no kernel has it.
  private func odd() throws -> KernelStructPage {
    var builder = BTFBuilder()
    let int = builder.integer("int", bytes: 4)
    let long = builder.integer("long", bytes: 8)
    builder.structure(
      "page", bytes: 72, ("flags", int, 0), ("compound_info", long, 64), ("_refcount", int, 448),
      ("shadow", long, 512))
    builder.add(BTFBuilder.enumeration, "pageflags", word: 4)
    return try kernel(builder.bytes)
  }

  @Test("A kernel of before 7.1 has compound_head, PG_head at bit 6, and 64 bytes")
  func before() throws {
    for reference in [Reference.btf612, .btf618] {
      let page = try kernel([UInt8](reference.data))
      #expect(page.tailWord == .compoundHead && page.headBit == 6 && page.size == 64)
      #expect(page.isPowerOfTwo)
    }
  }

  @Test("A kernel of 7.1 has compound_info; 72 bytes are no power of two; PG_head may be missing")
  func since() throws {
    let page = try odd()
    #expect(page.tailWord == .compoundInfo && page.size == 72 && !page.isPowerOfTwo)
    #expect(page.headBit == nil)
  }

  @Test("Fields that are where the model has them are the same, by any of their names")
  func same() throws {
    let page = try kernel([UInt8](Reference.btf618.data))
    let comparison = try page.compared(with: model, size: 64)
    #expect(comparison.rows.map(\.verdict) == [.same, .same, .same, .same])
    #expect(
      comparison.rows.map { $0.found?.name } == ["flags", "compound_head", "lru.prev", "_refcount"])
    #expect(comparison.beyond == [])
    let overlays = comparison.overlays.map(\.name)
    #expect(overlays.contains("mapping") && overlays.contains("memcg_data"))
    #expect(!overlays.contains("lru") && !overlays.contains("flags"))
  }

  @Test("Fields elsewhere, of another size, missing and surplus are told apart")
  func different() throws {
    let comparison = try odd().compared(with: model, size: 64)
    #expect(comparison.rows.map(\.verdict) == [.differs, .same, .missing, .differs])
    #expect(comparison.rows[2].found == nil)
    #expect(comparison.beyond.map(\.name) == ["shadow"])
    #expect(comparison.overlays == [])
  }

  @Test("The release tells the word where there is no BTF")
  func release() {
    #expect(TailWord(release: "6.18.44-fc") == .compoundHead)
    #expect(TailWord(release: "7.0.12") == .compoundHead)
    #expect(TailWord(release: "7.1.0-rc3") == .compoundInfo)
    #expect(TailWord(release: "7.1-rc1") == .compoundInfo)
    #expect(TailWord(release: "8.0") == .compoundInfo)
    #expect(TailWord(release: "unknown") == nil && TailWord(release: "7") == nil)
  }
}
