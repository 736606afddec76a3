import Processes

extension Disassembly {
  /// Machine code that no file has as a binary of its own: its name, where it runs, and its bytes.
  public struct LoadedCode: Sendable {
    public let name: String
    public let address: UInt64
    public let bytes: [UInt8]

    public init(name: String, address: UInt64, bytes: [UInt8]) {
      self.name = name
      self.address = address
      self.bytes = bytes
    }
  }

  /// The instructions of each part; nil for one with bytes that objdump can't decode.
  ///
  /// Writes an ELF file of a section for each part, and runs `objdump` once: some 1 s for a megabyte.
  /// Throws when there is no objdump, or when it fails.
  public static func read(
    _ parts: [LoadedCode]
  ) throws(MachineCodeError) -> [[Instruction]?] {
    guard !parts.isEmpty else { return [] }
    let objdump = try Objdump.find()
    let file: ScratchFile
    do throws(ProcessError) {
      file = try ScratchFile(elf(parts))
    } catch {
      throw .objdumpFailed(error)
    }
    let text = try objdump.run([["-d", "-z", "--no-show-raw-insn", file.path.string]])[0]
    let listing = Listing(parsing: text)
    return parts.map { part in
      let range = part.address..<part.address + UInt64(part.bytes.count)
      return try? listing.code(of: Symbol(name: part.name, range: range))
    }
  }

  /// The smallest file that objdump takes: no symbols, no segments.
  private static func elf(_ parts: [LoadedCode]) -> [UInt8] {
    let names = Array("\0.text\0.shstrtab\0".utf8)
    let headers = 64 + names.count + parts.reduce(0) { $0 + $1.bytes.count }
    var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    file.appendNumber(2, bytes: 2)  // ET_EXEC
    file.appendNumber(62, bytes: 2)  // EM_X86_64
    file.appendNumber(1, bytes: 4)
    file.appendNumber(0, bytes: 16)  // no entry, no program headers
    file.appendNumber(headers, bytes: 8)
    file.appendNumber(0, bytes: 4)
    for half in [64, 0, 0, 64, parts.count + 2, parts.count + 1] {
      file.appendNumber(half, bytes: 2)
    }
    file += names
    var sections: [UInt8] = Array(repeating: 0, count: 64)
    for part in parts {
      sections.appendSection(
        name: 1, type: 1, flags: 6, address: part.address, offset: file.count,
        size: part.bytes.count)
      file += part.bytes
    }
    sections.appendSection(name: 7, type: 3, flags: 0, address: 0, offset: 64, size: names.count)
    return file + sections
  }
}

extension [UInt8] {
  fileprivate mutating func appendNumber(_ number: some FixedWidthInteger, bytes count: Int) {
    for byte in 0..<count {
      append(byte < 8 ? UInt8(truncatingIfNeeded: number >> (8 * byte)) : 0)
    }
  }

  /// `Elf64_Shdr`.
  fileprivate mutating func appendSection(
    name: Int, type: Int, flags: Int, address: UInt64, offset: Int, size: Int
  ) {
    appendNumber(name, bytes: 4)
    appendNumber(type, bytes: 4)
    appendNumber(flags, bytes: 8)
    appendNumber(address, bytes: 8)
    appendNumber(offset, bytes: 8)
    appendNumber(size, bytes: 8)
    appendNumber(0, bytes: 8)  // link, info
    appendNumber(1, bytes: 8)
    appendNumber(0, bytes: 8)
  }
}
