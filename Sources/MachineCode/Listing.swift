/// What `objdump -d --no-show-raw-insn` prints, of LLVM or GNU:
///
///       1a:      	jne	0x2c <branchy+0x2c>
///       1a:	jne    2c <branchy+0x2c>
struct Listing {
  private struct Line {
    let address: UInt64
    let text: Substring
  }

  /// The processor refuses longer ones (Intel SDM, volume 2, 2.3.11).
  private static let longestInstruction: UInt64 = 15

  private let lines: [Line]
  private let position: [UInt64: Int]

  init(parsing text: String) {
    // Before the first section stands the file's name, which may look like an address: "bad:".
    lines = text.lines.drop { !$0.hasPrefix("Disassembly of section") }.compactMap { line in
      let bytes = line.utf8.drop { $0 == UInt8(ascii: " ") }
      guard
        let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
        let address = UInt64(Substring(bytes[..<colon]), radix: 16)
      else { return nil }
      return Line(address: address, text: Substring(bytes[bytes.index(after: colon)...]))
    }
    position = Dictionary(lines.enumerated().map { ($1.address, $0) }) { first, _ in first }
  }

  /// The instructions of the function, without the padding that follows it.
  func code(of symbol: Symbol) throws(MachineCodeError) -> [Disassembly.Instruction] {
    let range = symbol.range
    guard let first = position[range.lowerBound] else {
      throw .undecodable(symbol: symbol.name, address: range.lowerBound)
    }
    let own = lines[first...].prefix { range.contains($0.address) }
    let ends = own.dropFirst().map(\.address) + [range.upperBound]

    var code: [Disassembly.Instruction] = []
    // LLVM gives some prefixes a line of their own.
    var pending: (address: UInt64, prefixes: [String])?
    for (line, end) in zip(own, ends) {
      let parsed = Decoded(parsing: line.text)
      let address = pending?.address ?? line.address
      let prefixes = (pending?.prefixes ?? []) + parsed.prefixes
      guard let mnemonic = parsed.mnemonic else {
        pending = (address, prefixes)
        continue
      }
      guard mnemonic.first?.isLetter == true else {  // "(bad)", "<unknown>", ".byte"
        throw .undecodable(symbol: symbol.name, address: address)
      }
      // Otherwise the tool has left something out, or two sections lie at one address.
      guard address < end, end - address <= Self.longestInstruction else {
        throw .undecodable(symbol: symbol.name, address: address)
      }
      code.append(
        Disassembly.Instruction(
          address: address,
          prefixes: prefixes,
          mnemonic: mnemonic,
          operands: parsed.operands,
          bytes: Int(end - address)
        )
      )
      pending = nil
    }
    if let pending { throw .undecodable(symbol: symbol.name, address: pending.address) }
    return code
  }
}

/// One instruction's text, taken apart.
private struct Decoded {
  let prefixes: [String]
  /// Nil when the line holds prefixes only.
  let mnemonic: String?
  let operands: [String]

  private static let prefixNames: Set<Substring> = [
    "lock", "rep", "repe", "repne", "repz", "repnz", "xacquire", "xrelease", "notrack", "bnd",
    "data16", "data32", "addr16", "addr32", "cs", "ds", "es", "fs", "gs", "ss",
  ]

  init(parsing text: Substring) {
    let words = text.utf8.prefix { $0 != UInt8(ascii: "#") }
      .split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      .map { Substring($0) }
    // "{vex}" and "{evex}" choose an encoding.
    let prefixes = words.prefix {
      Self.prefixNames.contains($0) || $0.hasPrefix("rex") || $0.hasPrefix("{")
    }
    let rest = words.dropFirst(prefixes.count)
    self.prefixes = prefixes.map(String.init)
    mnemonic = rest.first.map(String.init)
    // "<branchy+0x2c>" repeats the target as a name.
    operands = rest.dropFirst().prefix { !$0.hasPrefix("<") }.joined().splitOperands()
  }
}

extension String {
  /// Splits at commas, but not at those of "(%rdi,%rcx,8)".
  fileprivate func splitOperands() -> [String] {
    var depth = 0
    return utf8.split { character in
      switch character {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      default: break
      }
      return character == UInt8(ascii: ",") && depth == 0
    }.map { String(Substring($0)) }
  }
}
