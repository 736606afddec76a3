import Foundation
import TestSupport
import Testing

@testable import KernelBinary

@Suite("Machine code of kernels")
struct CodeSurveyTests {
  private func survey(_ builder: KernelBuilder) throws -> CodeSurvey {
    let files = try PreparedTree()
    try files.write(Data(builder.elf()), to: "vmlinux")
    return try CodeSurvey(KernelImage(file: files.path("vmlinux")))
  }

  @Test("Branches of the key are counted by the jump table, those of other keys are not")
  func branches() throws {
    let survey = try survey(.old)
    #expect(survey.hasKey)
    #expect(survey.branches.map(\.function) == ["by_cmov", "by_jump", "try_get"])
    #expect(survey.branches.map(\.bytes) == [2, 5, 2])
    #expect(survey.masks.isEmpty && survey.unread.isEmpty)
  }

  @Test("Bytes, the tail test and page[1]'s answer are what was assembled")
  func sites() throws {
    let sites = try survey(.old).branches.map { try #require($0.site) }
    #expect(sites.map(\.inLineBytes) == [10, 13, nil])
    #expect(sites.map(\.armBytes) == [31, 23, 8])
    #expect(sites.map(\.tailBytes) == [6, 6, 0])
    #expect(sites.map(\.tailTest) == [.jump, .jump, nil])
    #expect(sites.map(\.answer) == [.cmov, .jump, nil])
  }

  @Test("A key that is on is the same code as one that is off")
  func patched() throws {
    var builder = KernelBuilder.old
    builder.functions[0].code.replaceSubrange(8..<10, with: [0xeb, 0x04])
    builder.functions[1].code.replaceSubrange(8..<13, with: [0xe9, 0x04, 0, 0, 0])
    #expect(try survey(builder).branches.map(\.site) == survey(.old).branches.map(\.site))
  }

  @Test("What is neither nop nor jump is not told as one")
  func neither() throws {
    var builder = KernelBuilder.old
    builder.functions[0].code[8] = 0x90
    #expect(try survey(builder).branches.map(\.bytes) == [nil, 5, 2])
  }

  @Test("Form C looks at the count first once the key is on")
  func counts() throws {
    let survey = try survey(.old)
    #expect(survey.countUpdates.mapValues { $0.map(\.shape) } == ["try_get": [.loadsFirst]])
    #expect(survey.branches.map { $0.site?.readsCountFirst } == [false, false, true])
    #expect(survey.branches.map { $0.site?.precedesExchange } == [false, false, true])
  }

  @Test("Forms E and F are seen, through either way to add, and with any register")
  func uncommonForms() throws {
    let builder = KernelBuilder(
      functions: [
        ("assumes", KernelBuilder.formE), ("exchanges", KernelBuilder.formF),
        ("adds", KernelBuilder.formFAdded), ("counts", KernelBuilder.plainCount),
      ], otherBranches: 1)
    #expect(
      try survey(builder).countUpdates.mapValues { $0.map(\.shape) }
        == [
          "assumes": [.assumesOne], "exchanges": [.addsAndTestsSign], "adds": [.addsAndTestsSign],
        ])
  }

  @Test("A new kernel has masks and no branches")
  func masks() throws {
    var builder = KernelBuilder(functions: [("head", KernelBuilder.mask)])
    builder.keyName = "another_key"
    let survey = try survey(builder)
    #expect(!survey.hasKey && survey.branches.isEmpty)
    #expect(survey.masks.map(\.function) == ["head"])
    #expect(survey.masks.map(\.sequence.bytes) == [20])
  }

  @Test(
    "A step that is another is no mask",
    arguments: [(9, 3 as UInt8), (13, 2), (12, 0xe8), (15, 0x21), (18, 0x09), (6, 0xc1)])
  func noMask(byte: Int, value: UInt8) throws {
    var builder = KernelBuilder(functions: [("head", KernelBuilder.mask)])
    builder.functions[0].code[byte] = value
    #expect(try survey(builder).masks.isEmpty)
  }

  @Test("Without a jump table it is refused")
  func noTable() throws {
    var builder = KernelBuilder.old
    builder.tableName = "__another_table"
    #expect(throws: KernelImageError.self) { try survey(builder) }
  }
}
