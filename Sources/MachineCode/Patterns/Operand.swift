extension Disassembly.Instruction {
  /// The number of a general register, whatever its width; nil for other operands.
  static func register(_ operand: String) -> Int? { registers[operand] }

  private static let registers: [String: Int] = {
    var numbers: [String: Int] = [:]
    for (number, name) in ["a", "c", "d", "b"].enumerated() {
      for form in ["%r\(name)x", "%e\(name)x", "%\(name)x", "%\(name)l"] { numbers[form] = number }
    }
    for (number, name) in ["sp", "bp", "si", "di"].enumerated() {
      for form in ["%r\(name)", "%e\(name)", "%\(name)", "%\(name)l"] { numbers[form] = number + 4 }
    }
    for number in 8..<16 {
      for suffix in ["", "d", "w", "b"] { numbers["%r\(number)\(suffix)"] = number }
    }
    return numbers
  }()

  /// The number of an immediate operand.
  static func immediate(_ operand: String) -> Int? {
    operand.hasPrefix("$") ? number(operand.dropFirst()) : nil
  }

  /// What is added to registers: 8 of "0x8(%rdi)"; nil where the place is relative to the code.
  static func displacement(_ operand: String) -> Int? {
    guard let open = operand.firstIndex(of: "("), operand.hasSuffix(")"),
      !operand.hasSuffix("(%rip)")
    else { return nil }
    return open == operand.startIndex ? 0 : number(operand[..<open])
  }

  private static func number(_ text: Substring) -> Int? {
    let isNegative = text.hasPrefix("-")
    let digits = text.dropFirst(isNegative ? 1 : 0)
    let value = digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
    return value.map { Int(truncatingIfNeeded: isNegative ? 0 &- $0 : $0) }
  }

  /// The register that a load fills, and what was added to its base.
  var wordLoad: (register: Int, displacement: Int)? {
    guard isOne(of: ["mov"]), operands.count == 2, let register = Self.register(operands[1]),
      let displacement = Self.displacement(operands[0])
    else { return nil }
    return (register, displacement)
  }

  /// Source and destination where both are registers.
  var registerPair: (source: Int, destination: Int)? {
    guard operands.count == 2, let source = Self.register(operands[0]),
      let destination = Self.register(operands[1])
    else { return nil }
    return (source, destination)
  }

  /// The register that it changes, as far as its last operand says.
  var changedRegister: Int? {
    guard !isOne(of: ["cmp", "test", "push", "bt"]), let last = operands.last else { return nil }
    return Self.register(last)
  }

  /// The register from which 1 is taken, and the one that holds the difference.
  var lessOne: (source: Int, destination: Int)? {
    if isOne(of: ["dec"]), let register = operands.first.flatMap(Self.register) {
      return (register, register)
    }
    guard operands.count == 2, let destination = Self.register(operands[1]) else { return nil }
    if isOne(of: ["lea"]), Self.displacement(operands[0]) == -1,
      let open = operands[0].firstIndex(of: "("),
      let source = Self.register(String(operands[0][open...].dropFirst().dropLast()))
    {
      return (source, destination)
    }
    let step = Self.immediate(operands[0])
    return isOne(of: ["sub"]) && step == 1 || isOne(of: ["add"]) && step == -1
      ? (destination, destination) : nil
  }
}
