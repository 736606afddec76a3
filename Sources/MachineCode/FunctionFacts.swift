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
    let kinds = indices.map { flow.kinds[$0] }
    let jumps = indices.filter { flow.kinds[$0].contains(.conditionalJump) }
    let moves = indices.filter { flow.kinds[$0].contains(.conditionalMove) }
    self.init(
      symbol: symbol,
      bytes: indices.reduce(0) { $0 + flow.code[$1].bytes },
      instructions: kinds.count,
      conditionalJumps: jumps.count,
      conditionalJumpsOnBit0: jumps.count(where: flow.decidesOnBit0),
      conditionalMoves: moves.count,
      conditionalMovesOnBit0: moves.count(where: flow.decidesOnBit0),
      unconditionalJumps: kinds.count { $0.contains(.unconditionalJump) && !$0.contains(.call) },
      loads: kinds.count { $0.contains(.load) },
      stores: kinds.count { $0.contains(.store) },
      locked: kinds.count { $0.contains(.locked) },
      calls: kinds.count { $0.contains(.call) }
    )
  }
}
