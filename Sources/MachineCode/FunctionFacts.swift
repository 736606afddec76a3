/// Exact counts over the instructions of a function, or of a part of it. They are of the built file:
/// no noise, no counters.
public struct FunctionFacts: Equatable, Sendable {
  /// The function's name in the symbol table.
  public let symbol: String

  /// Of the instructions; padding after the function is not part of it.
  public let bytes: Int

  /// An instruction and its prefixes are one; alignment nops within the function count.
  public let instructions: Int

  /// Jumps on a condition, those that leave the function included.
  public let conditionalJumps: Int

  /// Those of ``conditionalJumps`` that decide on bit 0 of a value: `test $1`, `bt $0`, `and $1`, or
  /// the carry of a shift right by one.
  public let conditionalJumpsOnBit0: Int

  /// `cmov` of every condition.
  public let conditionalMoves: Int

  /// Those of ``conditionalMoves`` that decide on bit 0 of a value.
  public let conditionalMovesOnBit0: Int

  /// Direct jumps that stay within the function.
  public let unconditionalJumps: Int

  /// Instructions that read memory through an operand. The stack traffic of push, pop, call and
  /// ret does not count, nor do lea, nop and prefetch.
  public let loads: Int

  /// Instructions that write memory through an operand; one that updates it is a load, too.
  public let stores: Int

  /// Instructions with a lock prefix, and exchanges with memory.
  public let locked: Int

  /// Calls, jumps to other functions (tail calls), and indirect jumps, which may be either.
  public let calls: Int
}

extension FunctionFacts {
  init(symbol: String, flow: ControlFlow, of indices: some Collection<Int>) {
    let code = indices.map { flow.code[$0] }
    let jumps = indices.filter { flow.code[$0].isConditionalJump }
    let moves = indices.filter { flow.code[$0].isConditionalMove }
    self.init(
      symbol: symbol,
      bytes: code.reduce(0) { $0 + $1.bytes },
      instructions: code.count,
      conditionalJumps: jumps.count,
      conditionalJumpsOnBit0: jumps.count(where: flow.decidesOnBit0),
      conditionalMoves: moves.count,
      conditionalMovesOnBit0: moves.count(where: flow.decidesOnBit0),
      unconditionalJumps: indices.count {
        flow.code[$0].isUnconditionalJump && !flow.mayCall($0)
      },
      loads: code.count(where: \.readsMemory),
      stores: code.count(where: \.writesMemory),
      locked: code.count(where: \.isLocked),
      calls: indices.count(where: flow.mayCall)
    )
  }
}
