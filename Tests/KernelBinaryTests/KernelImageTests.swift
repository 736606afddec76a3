import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import KernelBinary

@Suite("Images of kernels")
struct KernelImageTests {
  /// Images are read as they are asked, so that their files stay.
  private let files: PreparedTree

  init() throws { files = try PreparedTree() }

  private func image(_ bytes: [UInt8]) throws -> KernelImage {
    let name = "\(UInt64.random(in: 0 ... .max))/vmlinuz"
    try files.write(Data(bytes), to: name)
    return try KernelImage(file: files.path(name))
  }

  private func failure(_ bytes: [UInt8]) -> KernelImageError? {
    #expect(throws: KernelImageError.self) { try image(bytes) }
  }

  private func expectSymbols(_ image: KernelImage, of builder: KernelBuilder) throws {
    for symbol in builder.symbols where symbol.kind != "d" {
      #expect(try image.address(of: symbol.name) == symbol.address)
    }
    #expect(image.functions.map(\.name) == ["_text"] + builder.functions.map(\.name) + ["_etext"])
  }

  @Test(
    "Names are found without a symbol table, in each layout of kallsyms",
    arguments: KernelBuilder.Layout.allCases, [4, 8])
  func layouts(layout: KernelBuilder.Layout, alignment: Int) throws {
    var builder = KernelBuilder.old
    builder.layout = layout
    builder.alignment = alignment
    try expectSymbols(image(builder.elf()), of: builder)
  }

  @Test("A symbol table is read where there are no tables of kallsyms")
  func symbolTable() throws {
    var builder = KernelBuilder.old
    builder.hasSymbolTable = true
    builder.hasKallsyms = false
    try expectSymbols(image(builder.elf()), of: builder)
  }

  /// A kernel with a symbol table, and 64-bit numbers of its only program header changed.
  private func file(
    _ changes: [Int: UInt64] = [:], isTwice: Bool = false, isCore: Bool = false
  ) -> [UInt8] {
    var builder = KernelBuilder.old
    builder.hasSymbolTable = true
    builder.hasKallsyms = false
    var file = builder.elf(isCore: isCore)
    for (place, value) in changes {
      var number: [UInt8] = []
      number.append(little: value, 8)
      file.replaceSubrange(64 + place..<64 + place + 8, with: number)
    }
    if isTwice {
      file[56] = 2
      file.replaceSubrange(64 + 56..<64 + 2 * 56, with: file[64..<64 + 56])
    }
    return file
  }

  @Test(
    "A segment that would end behind all addresses, or behind all of a file, holds nothing",
    arguments: [[16: UInt64.max - 8], [8: UInt64(Int64.max)], [32: UInt64(Int64.max)], [32: .max]])
  func endlessSegments(changes: [Int: UInt64]) throws {
    let image = try image(file(changes))
    let error = #expect(throws: KernelImageError.self) { try JumpTable(image) }
    guard case .unmapped = error else {
      Issue.record("read")
      return
    }
    #expect(try KernelText(image, branches: []).functions.isEmpty)
  }

  @Test("A function in two segments is there once")
  func overlappingSegments() throws {
    let once = try KernelText(image(file()), branches: []).functions.map(\.name)
    let twice = try image(file(isTwice: true))
    #expect(twice.elf.segments.count == 2)
    #expect(try KernelText(twice, branches: []).functions.map(\.name) == once)
  }

  @Test("The last of all addresses are those of functions as others are")
  func lastAddresses() throws {
    let start = UInt64.max - 0x20
    let files = try PreparedTree()
    try files.write(Data(file([16: start, 32: 0x20], isCore: true)), to: "proc/kcore")
    let lines = ["f", "g"].enumerated().map { number, name in
      "\(String(start + 16 * UInt64(number), radix: 16)) t \(name)"
    }
    try files.write(Data(lines.joined(separator: "\n").utf8), to: "proc/kallsyms")
    let image = try KernelImage.running(files.tree)
    #expect(try KernelText(image, branches: []).functions.map(\.bytes.count) == [16, 16])
  }

  @Test("Without names, or with tables that contradict themselves, it is refused and told so")
  func noNames() {
    var builder = KernelBuilder.old
    builder.hasKallsyms = false
    guard case .noSymbols = failure(builder.elf()) else {
      Issue.record("not refused")
      return
    }
    builder = .old
    builder.hasWrongIndex = true
    guard case .noSymbols = failure(builder.elf()) else {
      Issue.record("not refused")
      return
    }
  }

  @Test(
    "A bzImage is unpacked by what its payload begins with",
    arguments: [
      ("gzip", ["-c"]), ("xz", ["-c", "--check=crc32"]), ("zstd", ["-cq"]), ("lz4", ["-clq"]),
      ("bzip2", ["-c"]), ("xz", ["-c", "--format=lzma"]),
    ])
  func bootImage(tool: String, options: [String]) throws {
    guard
      ["/usr/bin/", "/bin/"].contains(where: { FileManager.default.fileExists(atPath: $0 + tool) })
    else { return }
    let builder = KernelBuilder.old
    let payload = try KernelBuilder.compressed(builder.elf(), by: tool, options)
    try expectSymbols(image(KernelBuilder.bootImage(payload)), of: builder)
  }

  @Test("A payload that was changed, or has another length than the build wrote, is damaged")
  func damaged() throws {
    let payload = try KernelBuilder.compressed(KernelBuilder.old.elf(), by: "gzip", ["-c"])
    var changed = payload
    changed[payload.count / 2] ^= 0xff
    var longer = payload
    longer[payload.count - 4] ^= 1
    for bytes in [changed, longer] {
      guard case .damagedPayload(_, "gzip") = failure(KernelBuilder.bootImage(bytes)) else {
        Issue.record("not refused")
        continue
      }
    }
  }

  @Test("What is compressed with something unknown is told with its first bytes")
  func unknown() {
    let error = failure(KernelBuilder.bootImage([0xde, 0xad, 0xbe, 0xef] + Array(0..<100)))
    guard case .unknownCompression(_, let found) = error else {
      Issue.record("not refused")
      return
    }
    #expect(found.starts(with: [0xde, 0xad, 0xbe, 0xef]))
    #expect(error?.description.contains("de ad be ef") == true)
  }

  @Test("Cut short anywhere, it is refused, with a line that names the file")
  func truncated() throws {
    let packed = try KernelBuilder.compressed(KernelBuilder.old.elf(), by: "gzip", ["-c"])
    for whole in [KernelBuilder.old.elf(), KernelBuilder.bootImage(packed)] {
      for count in Array(stride(from: 0, to: whole.count, by: 509)) + [whole.count - 1] {
        let text = failure(Array(whole[..<count]))?.description
        #expect(text?.contains("vmlinuz") == true && text?.contains("\n") == false, "\(count)")
      }
    }
    guard case .truncated = failure(Array(KernelBuilder.bootImage(packed).dropLast())) else {
      Issue.record("not told as cut short")
      return
    }
  }

  @Test("Other files are no kernels")
  func foreign() {
    guard case .notKernel = failure(Array("#!/bin/sh\n".utf8)) else {
      Issue.record("not refused")
      return
    }
    var arm = KernelBuilder.old.elf()
    arm[18] = 183
    guard case .foreignELF = failure(arm) else {
      Issue.record("not refused")
      return
    }
  }

  @Test("The running kernel is read by its own files; hidden addresses are told")
  func running() throws {
    let builder = KernelBuilder.old
    let files = try PreparedTree()
    try files.write(Data(builder.elf(isCore: true)), to: "proc/kcore")
    func lines(_ address: (UInt64) -> UInt64) -> Data {
      Data(
        (builder.symbols.map { "\(String(address($0.address), radix: 16)) \($0.kind) \($0.name)" }
          + ["ffffffffc0000000 t by_cmov\t[module]"]).joined(separator: "\n").utf8)
    }
    try files.write(lines { $0 }, to: "proc/kallsyms")
    try expectSymbols(KernelImage.running(files.tree), of: builder)
    try files.write(lines { _ in 0 }, to: "proc/kallsyms")
    #expect(throws: KernelImageError.hiddenSymbols(path: files.path("proc/kallsyms"))) {
      try KernelImage.running(files.tree)
    }
  }
}
