import Testing

@testable import MachineCode

@Suite("Loops and decisions")
struct ControlFlowTests {
  /// A function of these instructions, parted by semicolons, each one byte long, from address 0.
  private func function(_ code: String) throws -> Disassembly.Function {
    let code = code.split(separator: "; ")
    let lines = code.enumerated().map { "\(String($0.offset, radix: 16)):\t\($0.element)" }
    let text = "Disassembly of section .text:\n" + lines.joined(separator: "\n")
    let symbol = Symbol(name: "tiny", range: 0..<UInt64(code.count))
    return Disassembly.Function(
      symbol: symbol.name,
      code: try Listing(parsing: text).code(of: symbol)
    )
  }

  private func addresses(_ instructions: [Disassembly.Instruction]) -> [UInt64] {
    instructions.map(\.address)
  }

  @Test("Straight code and forward jumps have no loop")
  func noLoop() throws {
    let function = try function("test %eax,%eax; je 3; inc %eax; ret")
    #expect(function.loops.isEmpty)
    #expect(function.loopBody.isEmpty)
    #expect(function.loopFacts.instructions == 0)
  }

  @Test("A backward jump without a way round is no loop")
  func backwardJumpIsNotALoop() throws {
    let function = try function("jmp 3; inc %eax; ret; jmp 1")
    #expect(function.loops.isEmpty)
  }

  @Test("A retry is a loop of its own within the timed one")
  func nestedLoops() throws {
    let function = try function(
      """
      xor %ecx,%ecx; mov (%rdi),%eax; lock cmpxchg %edx,(%rdi); jne 2; inc %ecx; \
      cmp %ecx,%esi; jne 1; ret
      """
    )
    #expect(function.loops.map(\.address) == [1, 2])
    #expect(function.loops.map(\.isInnermost) == [false, true])
    #expect(function.loops.map(\.facts.instructions) == [6, 2])
    #expect(addresses(function.loopBody) == [1, 2, 3, 4, 5, 6])
  }

  @Test("Two ways back to one header are one loop")
  func twoLatches() throws {
    let function = try function("dec %eax; je 0; dec %ecx; jne 0; ret")
    #expect(function.loops.count == 1)
    #expect(addresses(function.loopBody) == [0, 1, 2, 3])
  }

  @Test("A loop that is entered at its end and runs over into its header is found")
  func rotatedLoop() throws {
    let function = try function("jmp 3; inc %eax; dec %ecx; test %ecx,%ecx; jne 1; ret")
    #expect(function.loops.map(\.address) == [3])
    #expect(addresses(function.loopBody) == [1, 2, 3, 4])
  }

  @Test("A static key's arm belongs to the loop it leads back into, unentered as it is")
  func staticKey() throws {
    let function = try function(
      """
      nop; add %rdx,%rax; dec %rcx; jne 0; ret; \
      test %eax,%eax; je 1; mov (%rdi),%rdx; jmp 1
      """
    )
    #expect(addresses(function.loopBody) == [0, 1, 2, 3, 5, 6, 7, 8])
    #expect(function.loopFacts.loads == 1)
  }

  @Test("A static key's arm makes no loop where there is none")
  func staticKeyWithoutLoop() throws {
    #expect(try function("nop; add %rdx,%rax; ret; inc %rdx; jmp 1").loops.isEmpty)
  }

  @Test("Nops that only align the code behind them are no part of a loop")
  func alignment() throws {
    let function = try function(
      """
      jmp 4; nopl (%rax); xchg %ax,%ax; dec %ecx; \
      test %ecx,%ecx; jne 3; ret
      """
    )
    #expect(addresses(function.loopBody) == [3, 4, 5])
  }

  @Test("A nop that the loop runs through is part of it")
  func executedNop() throws {
    let function = try function("dec %ecx; nop; jne 0; ret")
    #expect(addresses(function.loopBody) == [0, 1, 2])
  }

  @Test(
    "The flags are traced past instructions that leave them alone",
    arguments: [
      "mov %rax,%rdx", "lea 1(%rax),%rdx", "cmove %rax,%rdx", "js 3", "vpaddq %ymm0,%ymm1,%ymm1",
    ]
  )
  func transparentInstruction(between: String) throws {
    let function = try function("test $1,%al; \(between); jne 3; ret")
    #expect(function.facts.conditionalJumpsOnBit0 == 1)
  }

  @Test(
    "The flags are not traced past an instruction that changes them or may",
    arguments: ["dec %rdx", "call *%rax", "popf", "vptest %ymm0,%ymm0", "aaa"]
  )
  func opaqueInstruction(between: String) throws {
    let function = try function("test $1,%al; \(between); jne 3; ret")
    #expect(function.facts.conditionalJumpsOnBit0 == 0)
  }

  @Test("Flags with two origins, of which one may be the caller, decide on no known bit")
  func unknownOrigin() throws {
    let joined = try function("test $1,%al; je 4; test %edi,%edi; jmp 4; jne 5; ret")
    #expect(joined.facts.conditionalJumpsOnBit0 == 1)
    let callers = try function("jne 3; test $1,%al; jmp 0; ret")
    #expect(callers.facts.conditionalJumpsOnBit0 == 0)
  }

  @Test("A jump to the function's own start is no call, one before or behind it is")
  func selfJump() throws {
    #expect(try function("inc %eax; jmp 0").facts.calls == 0)
    #expect(try function("inc %eax; jne 7f; ret").facts.calls == 1)
  }
}
