import SystemPackage

/// A linked kernel as an ELF file, or `/proc/kcore`: where which addresses lie, and its symbol table.
struct ELFImage: Sendable {
  struct Segment: Sendable {
    let address: UInt64
    let offset: Int
    let count: Int
    let isExecutable: Bool

    /// Where the addresses behind it begin.
    var end: UInt64 { address + UInt64(count) }

    /// - Returns: nil for one that would end behind all addresses, or all places of a file.
    init?(address: UInt64, offset: Int, count: Int, isExecutable: Bool) {
      guard offset >= 0, count > 0, !offset.addingReportingOverflow(count).overflow,
        !address.addingReportingOverflow(UInt64(count)).overflow
      else { return nil }
      self.address = address
      self.offset = offset
      self.count = count
      self.isExecutable = isExecutable
    }

    func holds(_ place: UInt64) -> Bool { place >= address && place < end }
  }

  let bytes: ImageBytes
  /// Those that are loaded and in the file.
  let segments: [Segment]
  private let sections: (offset: Int, count: Int)

  /// - Throws: ``KernelImageError/foreignELF(path:)``, and what reading throws.
  init(_ bytes: ImageBytes, isCore: Bool = false) throws(KernelImageError) {
    self.bytes = bytes
    let header = try bytes.read("the ELF header", at: 0, count: 64)
    let kinds: [UInt16] = isCore ? [4] : [2, 3]  // ET_CORE; ET_EXEC, ET_DYN
    guard
      header.starts(with: Self.magic), header[4] == 2, header[5] == 1,  // 64 bits, little-endian
      kinds.contains(header.number(at: 16)), header.number(at: 18, UInt16.self) == 62,  // x86-64
      header.number(at: 54, UInt16.self) == 56, header.number(at: 58, UInt16.self) == 64 || isCore
    else { throw .foreignELF(path: bytes.path) }
    let count = Int(header.number(at: 56, UInt16.self))
    let place = Int(truncatingIfNeeded: header.number(at: 32, UInt64.self))
    let table = try bytes.read("the program headers", at: place, count: count * 56)
    segments = (0..<count).compactMap { index in
      let entry = index * 56
      guard table.number(at: entry, UInt32.self) == 1 else { return nil }  // PT_LOAD
      return Segment(
        address: table.number(at: entry + 16),
        offset: Int(truncatingIfNeeded: table.number(at: entry + 8, UInt64.self)),
        count: Int(truncatingIfNeeded: table.number(at: entry + 32, UInt64.self)),
        isExecutable: table.number(at: entry + 4, UInt32.self) & 1 != 0)
    }
    sections = (
      Int(truncatingIfNeeded: header.number(at: 40, UInt64.self)),
      Int(header.number(at: 60, UInt16.self))
    )
  }

  /// Of a symbol's name, with the zero that ends it: `KSYM_NAME_LEN`. Where names are damaged, their ends
  /// are not looked for in all of the file.
  private static let longestName = 512

  static let magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]

  /// The bytes that the running kernel has, or would have, at these addresses.
  ///
  /// - Throws: ``KernelImageError/unmapped(path:what:address:)``, and what reading throws.
  func read(_ what: String, at address: UInt64, count: Int) throws(KernelImageError) -> [UInt8] {
    let segment = segments.first { $0.holds(address) && count <= $0.end - address }
    guard count >= 0, let segment else {
      throw .unmapped(path: bytes.path, what: what, address: address)
    }
    return try bytes.read(
      what, at: segment.offset + Int(address - segment.address), count: count)
  }

  /// All symbols of the symbol table; empty where there is none.
  func symbolTable() throws(KernelImageError) -> [KernelSymbol] {
    let headers = try bytes.read(
      "the section headers", at: sections.offset, count: sections.count * 64)
    func section(_ index: Int) -> (offset: Int, count: Int) {
      (
        Int(truncatingIfNeeded: headers.number(at: index * 64 + 24, UInt64.self)),
        Int(truncatingIfNeeded: headers.number(at: index * 64 + 32, UInt64.self))
      )
    }
    for index in 0..<sections.count
    where headers.number(at: index * 64 + 4, UInt32.self) == 2 {  // SHT_SYMTAB
      let link = Int(headers.number(at: index * 64 + 40, UInt32.self))
      guard link < sections.count else { throw .foreignELF(path: bytes.path) }
      let (place, length) = section(index)
      let table = try bytes.read("the symbol table", at: place, count: length)
      let names = try bytes.read(
        "the symbols' names", at: section(link).offset,
        count: section(link).count)
      return (0..<table.count / 24).compactMap { number in
        let entry = number * 24
        let name = Int(table.number(at: entry, UInt32.self))
        let kind = table[entry + 4] & 15
        // STT_NOTYPE, STT_OBJECT, STT_FUNC; not one that other files define.
        guard kind <= 2, table.number(at: entry + 6, UInt16.self) != 0, name < names.count,
          let end = names[name...].prefix(Self.longestName).firstIndex(of: 0), end > name
        else { return nil }
        return KernelSymbol(
          name: String(decoding: names[name..<end], as: UTF8.self),
          address: table.number(at: entry + 8), isCode: kind == 2)
      }
    }
    return []
  }
}
