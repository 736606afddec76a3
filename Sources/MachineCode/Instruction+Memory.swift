extension Disassembly.Instruction {
  /// Whether it reads the memory that an operand names. The stack traffic of push, pop, call and
  /// ret is nobody's operand and does not count.
  var readsMemory: Bool { access.reads }

  /// Whether it writes the memory that an operand names.
  var writesMemory: Bool { access.writes }

  /// Whether it is atomic: a lock prefix, or an exchange with memory, which implies one.
  var isLocked: Bool {
    prefixes.contains("lock") || (isOne(of: ["xchg"]) && operands.contains(where: isMemory))
  }

  private var access: (reads: Bool, writes: Bool) {
    guard let memory = operands.lastIndex(where: isMemory), !ignoresMemory else {
      return (false, false)
    }
    guard memory == operands.count - 1, !onlyReads else { return (true, false) }
    // A string move has two.
    let reads = isOne(of: Self.updates) || operands.dropLast().contains(where: isMemory)
    return (reads, true)
  }

  private func isMemory(_ operand: String) -> Bool {
    if isDirectBranch { return false }
    let place = operand.utf8.drop { $0 == UInt8(ascii: "*") }
    switch place.first {
    case UInt8(ascii: "%"): return place.contains(UInt8(ascii: ":"))  // "%fs:0x28"
    case UInt8(ascii: "$"), UInt8(ascii: "{"): return false  // "{rn-sae}"
    default: return true
    }
  }

  /// An address computed, padding, a hint to the cache, or a trap: nothing is read or written.
  private var ignoresMemory: Bool {
    isOne(of: ["lea", "nop", "ud0", "ud1"])
      || ["prefetch", "clflush", "clwb", "cldemote"].contains { mnemonic.hasPrefix($0) }
  }

  /// Instructions that leave a memory operand in the destination's place as it is.
  private var onlyReads: Bool {
    if mnemonic.hasPrefix("f") {  // x87
      return !["fst", "fist", "fbst", "fnst", "fsave", "fnsave", "fxsave"]
        .contains { mnemonic.hasPrefix($0) }
    }
    return isOne(of: [
      "cmp", "cmps", "test", "bt", "push", "call", "jmp", "mul", "imul", "div", "idiv", "xlat",
      "ldmxcsr", "vldmxcsr",
    ]) || mnemonic.hasPrefix("xrstor")
  }

  /// Instructions that read the memory they write; all others only write it.
  private static let updates = [
    "add", "adc", "sub", "sbb", "and", "or", "xor", "inc", "dec", "neg", "not",
    "shl", "sal", "shr", "sar", "rol", "ror", "rcl", "rcr", "shld", "shrd", "bts", "btr", "btc",
    "xchg", "xadd", "cmpxchg", "cmpxchg8b", "cmpxchg16b",
  ]
}
