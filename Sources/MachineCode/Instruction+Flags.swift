extension Disassembly.Instruction {
  /// The flags in which a test of one bit leaves its answer.
  enum Flag {
    case zero
    case carry
  }

  /// The one flag that a conditional jump or move looks at; nil if it looks at others, or at none.
  var testedFlag: Flag? {
    let condition: Substring
    if isConditionalMove {
      condition = mnemonic.dropFirst(4)
    } else if isConditionalJump {
      condition = mnemonic.dropFirst(1)
    } else {
      return nil
    }
    // LLVM puts a size suffix after the condition of a move: "cmoveq", "cmovael".
    func isOne(of conditions: Set<Substring>) -> Bool {
      conditions.contains(condition)
        || (isConditionalMove && condition.last.map { "wlq".contains($0) } == true
          && conditions.contains(condition.dropLast()))
    }
    if isOne(of: ["e", "ne"]) { return .zero }
    if isOne(of: ["b", "ae"]) { return .carry }
    return nil
  }

  /// The flag that holds bit 0 of the last operand, if this is an instruction that puts it there.
  var flagOfBit0: Flag? {
    guard let operand = operands.last, !["%ah", "%bh", "%ch", "%dh"].contains(operand) else {
      return nil
    }
    let number = operands.count == 2 ? operands[0].immediate : nil
    if isOne(of: ["test", "and"]) { return number == 1 ? .zero : nil }
    if isOne(of: ["bt"]) { return number == 0 ? .carry : nil }
    if isOne(of: ["shr", "sar", "ror", "rcr"]) {
      return operands.count == 1 || number == 1 ? .carry : nil
    }
    return nil
  }

  /// Whether it surely leaves the flags alone. What is not known is taken to change them.
  var preservesFlags: Bool {
    if isConditionalJump || isConditionalMove || isUnconditionalJump || isNop { return true }
    if mnemonic.hasPrefix("v") {
      return !["vptest", "vtest", "vcomi", "vucomi", "ver"].contains { mnemonic.hasPrefix($0) }
    }
    if ["mov", "set", "prefetch"].contains(where: { mnemonic.hasPrefix($0) }) { return true }
    return isOne(of: [
      "lea", "not", "push", "pop", "xchg", "bswap", "cbtw", "cwtl", "cltq", "cwtd", "cltd", "cqto",
      "shlx", "shrx", "sarx", "rorx", "mulx", "pdep", "pext", "pause", "lfence", "mfence", "sfence",
    ])
  }
}

extension String {
  fileprivate var immediate: Int? {
    guard hasPrefix("$") else { return nil }
    let digits = dropFirst()
    return digits.hasPrefix("0x") ? Int(digits.dropFirst(2), radix: 16) : Int(digits)
  }
}
