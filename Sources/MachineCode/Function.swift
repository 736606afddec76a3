extension Disassembly {
  /// A function of the binary, its loops, and the facts of both.
  public struct Function: Sendable {
    /// The function's name in the symbol table.
    public let symbol: String

    /// From the symbol's address to its end, ascending.
    public let instructions: [Instruction]

    /// Over all of ``instructions``.
    public let facts: FunctionFacts

    /// The natural loops, ascending by header. Arms placed elsewhere that lead back into a loop
    /// belong to it, those of a static key included.
    public let loops: [Loop]

    /// The instructions in any of ``loops``, ascending. A retry of a compare and exchange is a loop
    /// within the timed one: here is the whole, in the innermost loops only the retry.
    public let loopBody: [Instruction]

    /// Over ``loopBody``.
    public let loopFacts: FunctionFacts

    init(symbol: String, code: [Instruction]) {
      let flow = ControlFlow(code)
      let loops = flow.naturalLoops()
      let inLoops = Set(loops.flatMap(\.body)).sorted()
      self.symbol = symbol
      instructions = code
      facts = FunctionFacts(symbol: symbol, flow: flow, of: code.indices)
      self.loops = loops.map { header, body in
        Loop(
          address: code[header].address,
          isInnermost: !loops.contains { $0.header != header && body.contains($0.header) },
          instructions: body.map { code[$0] },
          facts: FunctionFacts(symbol: symbol, flow: flow, of: body)
        )
      }
      loopBody = inLoops.map { code[$0] }
      loopFacts = FunctionFacts(symbol: symbol, flow: flow, of: inLoops)
    }
  }

  /// A natural loop: what may run again before the function leaves it.
  public struct Loop: Sendable {
    /// Of the header, through which alone the loop is entered.
    public let address: UInt64

    /// Whether no other loop lies within.
    public let isInnermost: Bool

    /// Ascending; out-of-line arms come last.
    public let instructions: [Instruction]

    /// Over ``instructions``.
    public let facts: FunctionFacts
  }
}
