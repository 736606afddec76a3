import Foundation
import MachineCode
import Testing

extension BenchTests {
  /// What the timed loops claim about themselves, in each of their copies.
  ///
  /// A loop does 8 operations a turn. An operation reads its step from the stream: 8 loads.
  @Suite("The machine code of the timed loops", .needsProgram)
  struct TimedLoopTests {
    private let facts: [LoopFacts]

    init() throws { facts = try LoopFacts.all() }

    private func loops(
      _ operation: String, where isMeant: (LoopFacts) -> Bool = { _ in true }
    ) throws -> [LoopFacts] {
      let loops = facts.filter { $0.operation == operation && isMeant($0) }
      try #require(!loops.isEmpty)
      return loops
    }

    @Test("Every loop has a twin, and 4 layouts")
    func copies() {
      for (loop, copies) in Dictionary(grouping: facts, by: \.loop) {
        #expect(
          copies.count == (["empty", "page_ref_count"].contains(copies[0].operation) ? 1 : 2) * 4,
          "\(loop)")
      }
      #expect(Set(facts.map(\.symbol)).count == facts.count)
    }

    @Test(
      "Arms of an operation have the same modes, and no chain goes through a prediction",
      arguments: [
        ("page_head", ["throughput"]), ("page_tail", ["throughput"]),
        ("page_compound", ["throughput"]), ("page_zonenum", ["throughput", "latency"]),
        ("page_ref_add_unless", ["throughput", "spaced"]),
        ("folio_try_get", ["throughput", "spaced"]), ("prep_compound_page", ["throughput"]),
        ("empty", ["throughput", "spaced", "latency", "runs"]),
      ] as [(String, Set<String>)])
    func modes(operation: String, modes: Set<String>) throws {
      for (arm, loops) in Dictionary(grouping: try loops(operation), by: \.arm) {
        #expect(Set(loops.map(\.mode)) == modes, "\(arm)")
      }
    }

    @Test(
      "compound_head() has its modes for encodings, and consumer_ref for forms that take counts")
    func modesOfCompoundHead() throws {
      let arms = Dictionary(grouping: try loops("compound_head"), by: \.mode)
        .mapValues { Set($0.map(\.arm)) }
      let encodings = try #require(arms["throughput"])
      let forms = try #require(arms["consumer_ref"])
      #expect(Set(arms.keys).count == 5)
      for mode in ["latency", "address_chain", "consumer_flags"] {
        #expect(arms[mode] == encodings)
      }
      #expect(encodings.isSuperset(of: ["fakehead", "mask", "pointer_cmov", "fakehead_cmov"]))
      #expect(forms == Set(try loops("folio_try_get").map(\.arm)))
      #expect(forms.isSuperset(of: ["fakehead", "fakehead_preempt", "mask", "memdesc"]))
    }

    @Test(
      "All twins stand behind all arms, so that a twin is as far from its baseline as others are")
    func places() throws {
      let functions = try Disassembly.read(
        binary: Bench.path, symbolPrefix: "compound_head__throughput__")
      func addresses(_ role: String) -> [UInt64] {
        functions.filter { $0.symbol.contains("__\(role)__") }
          .compactMap { $0.loops.first?.address }
      }
      #expect(try #require(addresses("arm").max()) < #require(addresses("twin").min()))
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
      let loops = try loops("compound_head") { !$0.isBranchless && !$0.choosesByMove }
      expect(.conditionalJumpsOnBit0, in: loops) {
        // With the key on page[1]'s mark is tested, too, and again before a reference is taken.
        $0.testsFakeHeads ? ($0.mode == "consumer_ref" ? 3 : 2) * 8 : 8
      }
      expect(.conditionalMovesOnBit0, in: loops) { _ in 0 }
    }

    @Test("Where GCC chooses by a conditional move, its shape does: the head, or page[1]'s answer")
    func moves() throws {
      let loops = try loops("compound_head") { $0.choosesByMove }
      #expect(Set(loops.map(\.arm)) == ["pointer_cmov", "fakehead_cmov"])
      expect(.conditionalMovesOnBit0, in: loops) { _ in 8 }
      expect(.conditionalJumpsOnBit0, in: loops) { $0.testsFakeHeads ? 8 : 0 }
      // The tail mark, alignment and PG_head.
      expect(.conditionalJumps, in: loops) { $0.testsFakeHeads ? 3 * 8 + 1 : 1 }
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
      expect(.loads, in: try loops("compound_head") { $0.mode != "consumer_ref" }) { loop in
        // The stream's step and the page's word; the flags and page[1]'s word.
        let found = loop.testsFakeHeads ? 4 : 2
        // The head's flags, which a chain of data goes through.
        return (found + (["consumer_flags", "latency"].contains(loop.mode) ? 1 : 0)) * 8
      }
    }

    @Test("With the key on compound_head() tests tail mark, alignment, PG_head, and page[1]'s mark")
    func fakeHeadTest() throws {
      let loops = try loops("compound_head") {
        !$0.isBranchless && !$0.choosesByMove && $0.mode != "consumer_ref"
      }
      expect(.conditionalJumps, in: loops) { ($0.testsFakeHeads ? 4 : 1) * 8 + 1 }
    }

    @Test("compound_head() writes nothing; its consumer takes a reference and drops it")
    func stores() throws {
      let loops = try loops("compound_head")
      let locked = { (loop: LoopFacts) in
        loop.mode == "consumer_ref" ? (loop.lockedToTake + loop.lockedToPut) * 8 : 0
      }
      expect(.locked, in: loops, is: locked)
      expect(.stores, in: loops.filter { !$0.hasReadSide }, is: locked)
    }

    @Test(
      "A consumer takes its reference as the kernels of its arm do: folio_try_get(), and folio_put()"
    )
    func consumers() throws {
      let consumers = try loops("compound_head") { $0.mode == "consumer_ref" && !$0.hasReadSide }
      let takers = try loops("folio_try_get") { $0.mode == "throughput" }
      expect(.loads, in: consumers) { loop in
        takers.first { $0.arm == loop.arm }.map { $0[.loads] + loop.lockedToPut * 8 } ?? -1
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
      expect(.conditionalJumpsOnBit0, in: masks) { _ in 8 }
      expect(.conditionalJumps, in: masks) { _ in 8 + 1 }
    }

    @Test(
      "PageHead() is a flag, with the key on the test for fake heads, and of a memdesc the folio")
    func pageHead() throws {
      expect(.loads, in: try loops("page_head")) { loop in
        loop.testsFakeHeads || loop.isMemdesc ? 4 * 8 : 2 * 8
      }
      let masks = try loops("page_head") { $0.arm == "mask" }
      expect(.conditionalJumps, in: masks) { _ in 8 + 1 }
    }

    @Test(
      "A page flag test ends in a branch in every arm, and is never a number",
      arguments: ["page_head", "page_tail", "page_compound"])
    func flagTests(operation: String) throws {
      let loops = try loops(operation)
      #expect(loops.allSatisfy { $0[.conditionalJumps] > 8 })
      expect(.conditionalMoves, in: loops) { _ in 0 }
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
      expect(.locked, in: loops) { $0.lockedToTake * 8 }
      // The step, the word and the count. With the key on page[1] and flags on the way to the head, and
      // both before the reference is taken.
      expect(.loads, in: loops) { (2 + $0.countReads + ($0.testsFakeHeads ? 4 : 0)) * 8 }
    }

    // MARK: page_ref_add_unless()

    @Test(
      "page_ref_add_unless() has one locked operation, form F one more that is not reached, and writes nowhere else"
    )
    func lockedOperations() throws {
      let loops = try loops("page_ref_add_unless")
      expect(.locked, in: loops) { $0.lockedToTake * 8 }
      expect(.stores, in: loops.filter { !$0.hasReadSide }) { $0.lockedToTake * 8 }
    }

    @Test("page_ref_add_unless() loads the count, with the key on flags and page[1]'s word, too")
    func countLoads() throws {
      // The step and the count; with the key on the flags and page[1]'s word.
      expect(.loads, in: try loops("page_ref_add_unless") { !$0.hasReadSide }) {
        (1 + $0.countReads + ($0.testsFakeHeads ? 2 : 0)) * 8
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

    @Test("No loop calls anything but a read side of RCU: what is timed is in each copy of it")
    func calls() {
      expect(.calls, in: facts.filter { !$0.hasReadSide }) { _ in 0 }
    }

    @Test("The empty loop reads the stream, adds base and answer, and that is all")
    func empty() throws {
      let loops = try loops("empty")
      // Beside the turn: add, compare, jump.
      let turns = ["throughput": 3 * 8, "latency": 4 * 8, "spaced": (3 + 16) * 8]
      expect(.instructions, in: loops.filter { $0.mode != "runs" }) { turns[$0.mode]! + 3 }
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

extension Disassembly.Function {
  /// How many calls its loops have to each function that they call.
  fileprivate var callsByTarget: [Int] {
    let calls = loopBody.filter { $0.mnemonic.hasPrefix("call") }
    return Dictionary(grouping: calls, by: \.operands).values.map(\.count)
  }
}
