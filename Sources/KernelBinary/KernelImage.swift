import Host
public import SystemPackage

/// The code of a kernel, and the names of its places.
public struct KernelImage: Sendable {
  /// The file that it was read from.
  public let path: FilePath
  let elf: ELFImage
  private let places: [String: UInt64]
  /// The functions by address; the first of several names of one place.
  let functions: [KernelSymbol]

  /// Reads a bzImage, or an ELF vmlinux with or without a symbol table: some 0.5 s, and memory for the
  /// unpacked kernel.
  ///
  /// - Throws: every ``KernelImageError`` but ``KernelImageError/hiddenSymbols(path:)``.
  public init(file path: FilePath) throws(KernelImageError) {
    let image = try ImageBytes(path: path)
    let start = try image.read("the file", at: 0, count: min(4, image.count))
    if start == ELFImage.magic {
      try self.init(ELFImage(image))
    } else if let unpacked = try BootImage.unpacked(image) {
      try self.init(ELFImage(unpacked))
    } else {
      throw .notKernel(path: path, found: start)
    }
  }

  /// The kernel that runs here, as it runs: `/proc/kcore` and `/proc/kallsyms`, for root.
  ///
  /// - Throws: ``KernelImageError/unreadable(path:errno:)``,
  ///   ``KernelImageError/hiddenSymbols(path:)``, and what damaged files throw.
  public static func running(_ tree: SystemTree) throws(KernelImageError) -> KernelImage {
    let core = try ELFImage(
      ImageBytes(path: tree.path("proc/kcore"), hasLength: false), isCore: true)
    let path = tree.path("proc/kallsyms")
    let text: [UInt8]
    do throws(Errno) {
      text = try path.reading { file throws(Errno) in try file.readToEnd() }
    } catch {
      throw .unreadable(path: path, errno: error)
    }
    let symbols = KernelSymbol.parse(text)
    guard symbols.contains(where: { $0.address != 0 }) else { throw .hiddenSymbols(path: path) }
    return try KernelImage(core, symbols)
  }

  private init(_ elf: ELFImage) throws(KernelImageError) {
    let table = try elf.symbolTable()
    guard table.isEmpty else {
      try self.init(elf, table)
      return
    }
    let text = Set(elf.segments.filter(\.isExecutable).map(\.address))
    for segment in elf.segments {
      let bytes = try elf.bytes.read("a segment", at: segment.offset, count: segment.count)
      if let tables = Kallsyms(in: bytes, at: segment.address, text: text) {
        try self.init(elf, tables.symbols)
        return
      }
    }
    throw .noSymbols(path: elf.bytes.path)
  }

  private init(_ elf: ELFImage, _ symbols: [KernelSymbol]) throws(KernelImageError) {
    path = elf.bytes.path
    self.elf = elf
    places = Dictionary(symbols.map { ($0.name, $0.address) }) { first, _ in first }
    var functions: [KernelSymbol] = []
    // Swift's sort keeps the order of equal elements.
    for symbol in symbols.filter(\.isCode).sorted(by: { $0.address < $1.address })
    where symbol.address != functions.last?.address {
      functions.append(symbol)
    }
    self.functions = functions
  }

  /// - Throws: ``KernelImageError/missingSymbol(path:_:)``.
  func address(of name: String) throws(KernelImageError) -> UInt64 {
    guard let address = places[name] else { throw .missingSymbol(path: path, name) }
    return address
  }

  func address(ifPresent name: String) -> UInt64? { places[name] }
}

extension KernelSymbol {
  /// The kernel's own symbols of `/proc/kallsyms`; modules are left out.
  static func parse(_ text: [UInt8]) -> [KernelSymbol] {
    text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard !line.contains(UInt8(ascii: "[")) else { return nil }
      let words = line.split(separator: UInt8(ascii: " "))
      guard words.count == 3, let kind = words[1].first,
        let address = UInt64(String(decoding: words[0], as: UTF8.self), radix: 16)
      else { return nil }
      return KernelSymbol(
        name: String(decoding: words[2], as: UTF8.self), address: address,
        isCode: "tTwW".utf8.contains(kind))
    }
  }
}
