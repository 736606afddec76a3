extension Disassembly {
  /// One instruction, in AT&T syntax as the tool printed it.
  public struct Instruction: Equatable, Sendable {
    /// Where it stands, in the binary's own addresses; its first prefix if it has any.
    public let address: UInt64

    /// Such as `lock` or `rep`, in the order printed.
    public let prefixes: [String]

    /// With a size suffix from LLVM (`testb`), mostly without from GNU (`test`).
    public let mnemonic: String

    /// The destination is last; numbers are written differently by LLVM (`$1`) and GNU (`$0x1`).
    public let operands: [String]

    /// Its length with all prefixes, 1 to 15.
    public let bytes: Int

    /// The mnemonic without its last letter, if that may be a size suffix.
    private let stem: String?

    init(
      address: UInt64,
      prefixes: [String],
      mnemonic: String,
      operands: [String],
      bytes: Int
    ) {
      self.address = address
      self.prefixes = prefixes
      self.mnemonic = mnemonic
      self.operands = operands
      self.bytes = bytes
      stem = mnemonic.last.map { "bwlq".contains($0) } == true ? String(mnemonic.dropLast()) : nil
    }

    /// Whether the mnemonic is one of `stems`, with or without a size suffix.
    func isOne(of stems: [String]) -> Bool {
      // Asked a dozen times of each instruction: a set would hash the mnemonic each time.
      stems.contains(mnemonic) || stem.map(stems.contains) == true
    }
  }
}

extension Disassembly.Instruction: CustomStringConvertible {
  public var description: String {
    let name = (prefixes + [mnemonic]).joined(separator: " ")
    return operands.isEmpty ? name : "\(name) \(operands.joined(separator: ","))"
  }
}
