extension Disassembly {
  /// A head found by a mask, without a branch: six instructions of which the data, not the order,
  /// is known.
  ///
  ///     mov  8(page), word       the load
  ///     mov  word, mask          a copy, from either
  ///     and  $1, mask
  ///     sub  $1, mask            or dec, add $-1, lea -1
  ///     or   word, mask          from either
  ///     and  page, mask          from either; one may be on the stack
  ///
  /// The load may have another displacement, where a register is not the page's own address. Others may
  /// stand between them, jumps on conditions among them, but none that ends or leaves the way, and none
  /// that changes what they pass on. A compiler that keeps the word elsewhere, shares steps between two
  /// pages, or goes on from the mask by another way than `and`, is not seen: the count is "at least".
  public struct MaskSequence: Equatable, Sendable {
    /// Of the `and $1`.
    public let address: UInt64
    /// Of the six instructions.
    public let bytes: Int

    /// How far before and behind the `and $1` the others are looked for.
    private static let reach = 16

    /// All in a function's instructions, ascending.
    public static func all(in code: [Instruction]) -> [MaskSequence] {
      code.indices.compactMap { index in
        guard code[index].isOne(of: ["and"]), code[index].operands.count == 2,
          Instruction.immediate(code[index].operands[0]) == 1,
          let bit = Instruction.register(code[index].operands[1]),
          let before = word(of: bit, before: index, in: code),
          let after = head(of: bit, before.word, after: index, in: code)
        else { return nil }
        return MaskSequence(
          address: code[index].address, bytes: before.bytes + code[index].bytes + after)
      }
    }

    /// The register that keeps the word, and the bytes of the copy and the load.
    private static func word(
      of bit: Int, before index: Int, in code: [Instruction]
    ) -> (word: Int, bytes: Int)? {
      var copy: (word: Int, source: Int, bytes: Int)?
      for instruction in code[max(0, index - reach)..<index].reversed() {
        guard instruction.isStraight else { return nil }
        if let found = copy {
          if let load = instruction.wordLoad, load.register == found.source {
            return (found.word, found.bytes + instruction.bytes)
          }
          if instruction.changedRegister == found.source { return nil }
        } else if instruction.isOne(of: ["mov"]), let pair = instruction.registerPair,
          pair.source == bit || pair.destination == bit
        {
          let word = pair.source == bit ? pair.destination : pair.source
          copy = (word, pair.source, instruction.bytes)
        } else if instruction.changedRegister == bit {
          return nil
        }
      }
      return nil
    }

    /// The bytes of the three last steps.
    private static func head(
      of bit: Int, _ word: Int, after index: Int, in code: [Instruction]
    ) -> Int? {
      var mask = bit
      var step = 0
      var bytes = 0
      for instruction in code[(index + 1)...].prefix(reach) {
        guard instruction.isStraight else { return nil }
        let pair = instruction.registerPair
        switch step {
        case 0:
          if let less = instruction.lessOne, less.source == bit {
            (mask, step, bytes) = (less.destination, 1, instruction.bytes)
            continue
          }
        case 1:
          if instruction.isOne(of: ["or"]), let pair,
            [mask, word].contains(pair.source), [mask, word].contains(pair.destination)
          {
            (mask, step, bytes) = (pair.destination, 2, bytes + instruction.bytes)
            continue
          }
          if instruction.changedRegister == word { return nil }
        default:
          let isMasked =
            pair.map { $0.source == mask || $0.destination == mask }
            ?? (instruction.readsMemory && instruction.changedRegister == mask)
          if instruction.isOne(of: ["and"]), isMasked { return bytes + instruction.bytes }
          // The mask goes on in another register; that copy is not one of the six.
          if instruction.isOne(of: ["mov"]), let pair, pair.source == mask {
            mask = pair.destination
            continue
          }
        }
        if instruction.changedRegister == mask { return nil }
      }
      return nil
    }
  }
}

extension Disassembly.Instruction {
  /// Whether the next instruction may come next, with what registers hold.
  fileprivate var isStraight: Bool { fallsThrough && !isCallInstruction }
}
