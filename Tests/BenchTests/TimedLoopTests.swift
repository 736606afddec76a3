import Foundation
import MachineCode
import Testing

extension BenchTests {
  /// What the timed loops claim about themselves, in each of their copies.
  ///
  /// A loop does 8 operations a turn. An operation reads its step from the stream: 8 loads.
  @Suite("The machine code of the timed loops", .needsProgram)
  struct TimedLoopTests {
    private static let facts = Result { try LoopFacts.all() }
    private let facts: [LoopFacts]

    init() throws { facts = try Self.facts.get() }

    private func loops(
      _ operation: String, where isMeant: (LoopFacts) -> Bool = { _ in true }
    ) throws -> [LoopFacts] {
      let loops = facts.filter { $0.operation == operation && isMeant($0) }
      try #require(!loops.isEmpty)
      return loops
    }

    @Test("Every arm has all modes of its operation, a twin, and 4 layouts")
    func copies() {
      let modes = ["compound_head": 4, "prep_compound_page": 1, "empty": 3]
      for (arm, copies) in Dictionary(grouping: facts, by: { [$0.operation, $0.arm] }) {
        let roles = arm[0] == "empty" ? 1 : 2
        #expect(copies.count == modes[arm[0], default: 2] * roles * 4, "\(arm)")
      }
      #expect(Set(facts.map(\.symbol)).count == facts.count)
    }

    @Test("The copies of a loop are alike in all counts")
    func alike() {
      for (loop, copies) in Dictionary(grouping: facts, by: \.loop) {
        #expect(Set(copies.map(\.counts)).count == 1, "\(loop)")
      }
    }

    @Test("The layouts of a loop start at different offsets within 64 bytes")
    func layouts() throws {
      let functions = try Disassembly.read(binary: Bench.path, symbolPrefix: "compound_head__")
      let offsets = Dictionary(grouping: functions, by: { $0.symbol.dropLast() })
        .mapValues { $0.compactMap { $0.loops.first.map { $0.address % 64 } } }
      let loops = try loops("compound_head")
      try #require(offsets.count * 4 == loops.count)
      for (loop, offsets) in offsets { #expect(Set(offsets).count == 4, "\(loop): \(offsets)") }
    }

    // MARK: compound_head()

    @Test("A branch on the tail mark stays a branch, and never becomes a conditional move")
    func branches() throws {
      let loops = try loops("compound_head") { !$0.isBranchless }
      // With the key on page[1]'s mark is tested, too.
      expect(.conditionalJumpsOnBit0, in: loops) { $0.testsFakeHeads ? 2 * 8 : 8 }
      expect(.conditionalMovesOnBit0, in: loops) { _ in 0 }
    }

    @Test(
      "Mask and memdesc are followed without branch or conditional move: the only jump is the loop's"
    )
    func branchless() throws {
      let loops = try loops("compound_head") { $0.isBranchless }
      expect(.conditionalJumpsOnBit0, in: loops) { _ in 0 }
      expect(.conditionalMoves, in: loops) { _ in 0 }
      expect(.conditionalJumps, in: loops.filter { $0.mode != "consumer_ref" }) { _ in 1 }
    }

    @Test("compound_head() loads one word, and with the key on the flags and page[1]'s word, too")
    func loads() throws {
      expect(.loads, in: try loops("compound_head")) { loop in
        // The stream's step and the page's word; the flags and page[1]'s word.
        let found = loop.testsFakeHeads ? 4 : 2
        // The head's flags; or its count, the same by the compare-and-swap, and by the drop.
        let used = ["consumer_flags": 1, "consumer_ref": 3][loop.mode, default: 0]
        return (found + used) * 8
      }
    }

    @Test("With the key on compound_head() tests tail mark, alignment, PG_head, and page[1]'s mark")
    func fakeHeadTest() throws {
      expect(.conditionalJumps, in: try loops("compound_head") { !$0.isBranchless }) { loop in
        let tests = loop.testsFakeHeads ? 4 : 1
        // Whether the count is 0, and whether the compare-and-swap must be done again.
        let used = loop.mode == "consumer_ref" ? 2 : 0
        return (tests + used) * 8 + 1
      }
    }

    @Test("compound_head() writes nothing; its consumer takes a reference and drops it")
    func stores() throws {
      let loops = try loops("compound_head")
      for column in [LoopFacts.Column.stores, .locked] {
        expect(column, in: loops) { $0.mode == "consumer_ref" ? 2 * 8 : 0 }
      }
    }

    // MARK: Page flags and zones

    @Test(
      "PageTail() is the word, with the key on the test for fake heads, and of a memdesc the folio")
    func pageTail() throws {
      expect(.loads, in: try loops("page_tail")) { loop in
        loop.testsFakeHeads ? 4 * 8 : loop.isMemdesc ? 3 * 8 : 2 * 8
      }
      let masks = try loops("page_tail") { $0.arm == "mask" }
      expect(.conditionalJumps, in: masks) { _ in 1 }
    }

    @Test(
      "PageHead() is a flag, with the key on the test for fake heads, and of a memdesc the folio")
    func pageHead() throws {
      expect(.loads, in: try loops("page_head")) { loop in
        loop.testsFakeHeads || loop.isMemdesc ? 4 * 8 : 2 * 8
      }
      let masks = try loops("page_head") { $0.arm == "mask" }
      expect(.conditionalJumps, in: masks) { _ in 1 }
    }

    @Test("PageCompound() never needs the test for fake heads")
    func pageCompound() throws {
      expect(.loads, in: try loops("page_compound")) { _ in 3 * 8 }
      let loops = try loops("page_compound") { !$0.isMemdesc }
      for (mode, loops) in Dictionary(grouping: loops, by: \.mode) {
        #expect(Set(loops.map(\.counts)).count == 1, "\(mode)")
      }
    }

    @Test("page_zonenum() reads the page's own flags, or with a node-wide template the head's")
    func pageZonenum() throws {
      expect(.loads, in: try loops("page_zonenum")) { $0.arm == "mask_node" ? 3 * 8 : 2 * 8 }
      expect(.conditionalJumps, in: try loops("page_zonenum")) { _ in 1 }
    }

    @Test("folio_try_get() is the way to the head and the form's page_ref_add_unless() of it")
    func folioTryGet() throws {
      let loops = try loops("folio_try_get") { !$0.hasReadSide }
      expect(.locked, in: loops) { _ in 8 }
      // The step and the word; the count, and the count by the compare-and-swap.
      expect(.loads, in: loops.filter { !$0.testsFakeHeads }) { _ in 4 * 8 }
    }

    // MARK: page_ref_add_unless()

    @Test("page_ref_add_unless() has one locked operation, and writes nowhere else")
    func lockedOperations() throws {
      let loops = try loops("page_ref_add_unless")
      expect(.locked, in: loops) { _ in 8 }
      expect(.stores, in: loops.filter { !$0.hasReadSide }) { _ in 8 }
    }

    @Test("page_ref_add_unless() loads the count, with the key on flags and page[1]'s word, too")
    func countLoads() throws {
      // The step, the count, and the count by the compare-and-swap; before them the count with
      // acquire, the flags and page[1]'s word.
      expect(.loads, in: try loops("page_ref_add_unless") { !$0.hasReadSide }) {
        $0.testsFakeHeads ? 6 * 8 : 3 * 8
      }
    }

    @Test("With the key off and no read side to pay for, the old form is the new one")
    func sameForm() throws {
      let arms: Set = ["mask", "pointer", "fakehead_off"]
      let forms = try loops("page_ref_add_unless") { arms.contains($0.arm) }
      for (mode, loops) in Dictionary(grouping: forms, by: \.mode) {
        #expect(Set(loops.map(\.arm)) == arms)
        #expect(Set(loops.map(\.counts)).count == 1, "\(mode)")
      }
    }

    @Test("PREEMPT_RCU's read side is a call to lock, and one to unlock on each way out")
    func preemptibleRCU() throws {
      for function in try Self.forms.get() where function.symbol.contains("_preempt__") {
        let calls = function.callsByTarget.sorted()
        #expect(calls.count == 2, "\(function.symbol): \(calls)")
        #expect(calls.first == 8 && calls.allSatisfy { $0.isMultiple(of: 8) }, "\(calls)")
      }
    }

    @Test("liburcu's read side is inlined; its only call wakes a grace period that waits")
    func membarrierRCU() throws {
      for function in try Self.forms.get() where function.symbol.contains("_memb__") {
        #expect(function.callsByTarget.count == 1, "\(function.symbol)")
      }
    }

    /// Of one mode, because these are long.
    private static let forms = Result {
      try Disassembly.read(
        binary: Bench.path, symbolPrefix: "page_ref_add_unless__throughput__fakehead_")
    }

    // MARK: Other loops

    @Test("No loop calls anything but a read side of RCU, or what prepares a whole compound page")
    func calls() {
      expect(.calls, in: facts.filter { !$0.hasReadSide }) {
        $0.operation == "prep_compound_page" ? 8 : 0
      }
    }

    @Test("The empty loop reads the stream, and that is all")
    func empty() throws {
      let loops = try loops("empty")
      // A run is two words.
      expect(.loads, in: loops) { $0.mode == "runs" ? 2 * 8 : 8 }
      expect(.stores, in: loops) { _ in 0 }
      expect(.conditionalJumps, in: loops) { _ in 1 }
    }

    @Test("The self-test's loops differ by the additions planted, and by nothing else")
    func planted() throws {
      let loops = try loops("selftest") { $0.mode == "latency" }
      let plain = try #require(loops.first { $0.arm == "planted_0" })
      expect(.instructions, in: loops) {
        plain[.instructions] + (Int($0.arm.dropFirst("planted_".count)) ?? 0)
      }
      for column in LoopFacts.Column.allCases where column != .instructions && column != .bytes {
        expect(column, in: loops) { _ in plain[column] }
      }
    }

    /// One issue for all loops in which the count is another one.
    private func expect(
      _ column: LoopFacts.Column, in loops: [LoopFacts],
      sourceLocation: SourceLocation = #_sourceLocation, is count: (LoopFacts) -> Int
    ) {
      let others = loops.filter { $0[column] != count($0) }.map {
        "\($0.symbol): \($0[column]), not \(count($0))"
      }
      #expect(others.isEmpty, "\(column.rawValue) in \(others)", sourceLocation: sourceLocation)
    }
  }
}

/// One line of what `bench codegen` prints.
private struct LoopFacts {
  enum Column: String, CaseIterable {
    case bytes, instructions
    case conditionalJumps = "conditional_jumps"
    case conditionalJumpsOnBit0 = "conditional_jumps_on_bit0"
    case conditionalMoves = "conditional_moves"
    case conditionalMovesOnBit0 = "conditional_moves_on_bit0"
    case loads, stores, locked, calls
  }

  let symbol: String
  let operation: String
  let mode: String
  let arm: String
  /// By column, in the order of ``Column``.
  let counts: [Int]

  /// The symbol without role and layout.
  var loop: String { [operation, mode, arm].joined(separator: "__") }

  /// Whether it has one of the read sides of RCU that are more than a compiler barrier.
  var hasReadSide: Bool { arm.hasSuffix("_preempt") || arm.hasSuffix("_memb") }

  /// Whether the code that tests for fake heads is in it: with the key on, or to be jumped to.
  var testsFakeHeads: Bool { arm.hasPrefix("fakehead") && !arm.hasPrefix("fakehead_off") }

  var isMemdesc: Bool { arm.hasPrefix("memdesc") }

  /// Whether the head is found without asking whether the page is a tail.
  var isBranchless: Bool { arm == "mask" || isMemdesc }

  subscript(column: Column) -> Int { counts[Column.allCases.firstIndex(of: column)!] }

  static func all() throws -> [LoopFacts] {
    let directory = try TemporaryDirectory()
    let ending = try Bench.run(["codegen"], in: directory.url)
    try #require(ending.status == 0, "\(ending.errors)")
    let lines = ending.output.split(separator: "\n").map { $0.split(separator: ",") }
    try #require(lines.first?.map(String.init) == ["symbol"] + Column.allCases.map(\.rawValue))
    return try lines.dropFirst().map { fields in
      let parts = fields[0].components(separatedBy: "__")
      try #require(parts.count == 5, "\(fields[0])")
      return LoopFacts(
        symbol: String(fields[0]), operation: parts[0], mode: parts[1], arm: parts[2],
        counts: try fields.dropFirst().map { try #require(Int($0)) })
    }
  }
}

extension Disassembly.Function {
  /// How many calls its loops have to each function that they call.
  fileprivate var callsByTarget: [Int] {
    let calls = loopBody.filter { $0.mnemonic.hasPrefix("call") }
    return Dictionary(grouping: calls, by: \.operands).values.map(\.count)
  }
}
