import Foundation
import Testing

@testable import MachineCode

@Suite("The machine code of this test's own binary")
struct BinaryTests {
  /// Each objdump of this machine, once however many links lead to it.
  static let tools: [Objdump] = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let files = Objdump.candidates(searchPath: path).map {
      URL(fileURLWithPath: $0.path).resolvingSymlinksInPath().path
    }
    return Set(files).sorted().map(Objdump.init(path:))
  }()

  private static let names = [
    "fixture_add_unless_zero", "fixture_branch_on_bit0", "fixture_call_each",
    "fixture_count_beside_sign", "fixture_drop_by_sign", "fixture_drop_to_frozen",
    "fixture_freeze", "fixture_freeze_behind_call", "fixture_freeze_one",
    "fixture_get_assumed", "fixture_get_by_sign", "fixture_get_loaded", "fixture_get_one_by_sign",
    "fixture_mask_of_bit0", "fixture_refcount_inc", "fixture_select_on_bit0",
    "fixture_static_key", "fixture_tail_call",
  ]

  private let path: String

  init() throws {
    path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  }

  private func read(_ symbol: String, _ objdump: Objdump) throws -> Disassembly.Function {
    try #require(try Disassembly.read(binary: path, symbols: [symbol], with: objdump).first)
  }

  @Test("A branch on bit 0 is one conditional jump for each word", arguments: tools)
  func branch(objdump: Objdump) throws {
    let function = try read("fixture_branch_on_bit0", objdump)
    let facts = function.loopFacts
    #expect(function.loops.map(\.isInnermost) == [true])
    #expect(facts.conditionalJumps == 9)
    #expect(facts.conditionalJumpsOnBit0 == 8)
    #expect(facts.unconditionalJumps == 8)
    #expect(facts.conditionalMoves == 0)
    #expect(facts.loads == 16)
    #expect(facts.stores == 0)
    #expect(facts.calls == 0)
    #expect(facts.bytes < function.facts.bytes)
  }

  @Test("A mask needs no jump but the loop's", arguments: tools)
  func mask(objdump: Objdump) throws {
    let facts = try read("fixture_mask_of_bit0", objdump).loopFacts
    #expect(facts.conditionalJumps == 1)
    #expect(facts.conditionalJumpsOnBit0 == 0)
    #expect(facts.unconditionalJumps == 0)
    #expect(facts.conditionalMoves == 0)
    #expect(facts.loads == 16)
    #expect(facts.calls == 0)
  }

  @Test("A branch that became a conditional move is seen as one", arguments: tools)
  func select(objdump: Objdump) throws {
    let facts = try read("fixture_select_on_bit0", objdump).loopFacts
    #expect(facts.conditionalJumpsOnBit0 == 0)
    #expect(facts.conditionalMoves == 8)
    #expect(facts.conditionalMovesOnBit0 == 8)
  }

  @Test("A compare and exchange is one locked load and store, in the inner loop", arguments: tools)
  func compareAndExchange(objdump: Objdump) throws {
    let function = try read("fixture_add_unless_zero", objdump)
    let facts = function.loopFacts
    #expect(facts.locked == 1)
    #expect(facts.stores == 1)
    #expect(facts.calls == 0)
    let innermost = function.loops.filter(\.isInnermost)
    #expect(innermost.map(\.facts.locked) == [1])
    #expect(try #require(innermost.first).instructions.count < function.loopBody.count)
  }

  @Test("A call in the loop is counted", arguments: tools)
  func call(objdump: Objdump) throws {
    #expect(try read("fixture_call_each", objdump).loopFacts.calls == 1)
  }

  @Test("A tail call is counted, in a function without a loop", arguments: tools)
  func tailCall(objdump: Objdump) throws {
    let function = try read("fixture_tail_call", objdump)
    #expect(function.facts.calls == 1)
    #expect(function.loopBody.isEmpty)
  }

  @Test("A static key's arm is part of the loop", arguments: tools)
  func staticKey(objdump: Objdump) throws {
    let facts = try read("fixture_static_key", objdump).loopFacts
    #expect(facts.loads == 3)
    #expect(facts.unconditionalJumps == 1)
  }

  @Test("All tools give the same facts")
  func toolsAgree() throws {
    let readings = try Self.tools.map { tool in
      try Disassembly.read(binary: path, symbols: Self.names, with: tool)
        .flatMap { [$0.facts, $0.loopFacts] }
    }
    #expect(readings.allSatisfy { $0 == readings[0] })
  }

  @Test("A prefix gives every function that begins with it, sorted")
  func prefix() throws {
    let functions = try Disassembly.read(binary: path, symbolPrefix: "fixture_")
    #expect(functions.map(\.symbol) == Self.names)
  }

  @Test("Names give functions in the order asked for")
  func order() throws {
    let names = ["fixture_tail_call", "fixture_branch_on_bit0"]
    #expect(try Disassembly.read(binary: path, symbols: names).map(\.symbol) == names)
  }
}
