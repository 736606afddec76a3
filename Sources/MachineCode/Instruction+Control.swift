extension Disassembly.Instruction {
  var isConditionalJump: Bool {
    (mnemonic.hasPrefix("j") && !isUnconditionalJump) || isOne(of: ["loop", "loope", "loopne"])
  }

  var isUnconditionalJump: Bool { isOne(of: ["jmp"]) }

  var isConditionalMove: Bool { mnemonic.hasPrefix("cmov") }

  var isCallInstruction: Bool { isOne(of: ["call"]) }

  /// Whether the target stands in the instruction itself.
  var isDirectBranch: Bool {
    (isConditionalJump || isUnconditionalJump || isCallInstruction)
      && operands.first?.hasPrefix("*") == false
  }

  /// Where a direct jump goes.
  public var jumpTarget: UInt64? {
    guard isDirectBranch, !isCallInstruction, let operand = operands.first else { return nil }
    return UInt64(operand.hasPrefix("0x") ? operand.dropFirst(2) : operand[...], radix: 16)
  }

  /// Whether the next instruction may come next. A call is taken to return.
  var fallsThrough: Bool {
    !isUnconditionalJump && !isOne(of: ["ret", "lret", "iret", "ud0", "ud1", "ud2", "hlt", "int3"])
  }

  var isNop: Bool {
    isOne(of: ["nop"]) || (isOne(of: ["xchg"]) && operands == ["%ax", "%ax"])
  }
}
