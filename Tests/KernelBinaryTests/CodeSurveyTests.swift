import Foundation
import MachineCode
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

  /// The changes of counts in each function of a name, by address.
  private func shapes(_ survey: CodeSurvey) -> [String: [[Disassembly.CountUpdate.Shape]]] {
    Dictionary(grouping: survey.countUpdates, by: \.key.name).mapValues { functions in
      functions.sorted { $0.key.address < $1.key.address }.map { $0.value.map(\.shape) }
    }
  }

  @Test("Branches of the key are counted by the jump table, those of other keys are not")
  func branches() throws {
    let survey = try survey(.old)
    #expect(survey.hasKey)
    #expect(survey.branches.map(\.function.name) == ["by_cmov", "by_jump", "try_get"])
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
    #expect(shapes(survey) == ["try_get": [[.loadsFirst]]])
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
      try shapes(survey(builder)) == [
        "assumes": [[.assumesOne]], "exchanges": [[.addsAndTestsSign]],
        "adds": [[.addsAndTestsSign]],
      ])
  }

  @Test("Functions of one name are each one's own")
  func oneName() throws {
    var builder = KernelBuilder(
      functions: [
        ("first", KernelBuilder.cmovHead), ("second", KernelBuilder.cmovHead),
        ("third", KernelBuilder.mask), ("fourth", KernelBuilder.mask),
      ], branches: [("first", 8, 14), ("second", 8, 14)])
    let apart = try survey(builder)
    builder.names = ["second": "first", "fourth": "third"]
    let survey = try survey(builder)
    #expect(survey.branches.map(\.function.name) == ["first", "first"])
    #expect(survey.masks.map(\.function.name) == ["third", "third"])
    #expect(Set(survey.branches.map(\.function)).count == 2)
    #expect(Set(survey.masks.map(\.function)).count == 2)
    #expect(survey.branches.map(\.site) == apart.branches.map(\.site))
    #expect(survey.branches.map { $0.site?.armBytes } == [31, 31])
  }

  @Test("A cold part goes with the function of its name that leads there")
  func coldParts() throws {
    var heads = KernelBuilder(
      functions: [
        ("first", KernelBuilder.splitHead), ("second", KernelBuilder.splitHead),
        ("first.cold", KernelBuilder.coldArm), ("second.cold", KernelBuilder.coldArm),
      ], branches: [("first", 8, 256), ("second", 8, 256)])
    var references = KernelBuilder(
      functions: [
        ("first", KernelBuilder.splitFormE), ("second", KernelBuilder.splitFormA),
        ("first.cold", KernelBuilder.coldExchange), ("second.cold", KernelBuilder.coldExchange),
      ], otherBranches: 1)
    #expect(
      try shapes(survey(references)) == ["first": [[.assumesOne]], "second": [[.loadsFirst]]])
    heads.names = ["second": "first", "second.cold": "first.cold"]
    references.names = heads.names
    #expect(try shapes(survey(references)) == ["first": [[.assumesOne], [.loadsFirst]]])
    let branches = try survey(heads).branches
    #expect(Set(branches.map(\.function)).count == 2)
    #expect(branches.map(\.function.name) == ["first", "first"])
    for site in try branches.map({ try #require($0.site) }) {
      #expect([site.inLineBytes, site.armBytes, site.tailBytes] == [10, 21, 6])
      #expect(site.tailTest == .jump && site.answer == .jump)
    }
  }

  @Test("A cold part that any of several functions may have stays one of its own")
  func unknownColdPart() throws {
    var builder = KernelBuilder(
      functions: [
        ("first", [0xc3]), ("second", [0xc3]), ("first.cold", KernelBuilder.coldExchange),
      ], otherBranches: 1)
    #expect(try shapes(survey(builder)) == ["first": [[.otherExchange]]])
    builder.names = ["second": "first"]
    #expect(try shapes(survey(builder)) == ["first.cold": [[.otherExchange]]])
  }

  @Test("A new kernel has masks and no branches")
  func masks() throws {
    var builder = KernelBuilder(functions: [("head", KernelBuilder.mask)])
    builder.keyName = "another_key"
    let survey = try survey(builder)
    #expect(!survey.hasKey && survey.branches.isEmpty)
    #expect(survey.masks.map(\.function.name) == ["head"])
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
