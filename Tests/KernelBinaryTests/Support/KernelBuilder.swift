import Processes
import SystemPackage

/// A kernel of a few functions, as an ELF file, a bzImage or `/proc/kcore`.
struct KernelBuilder {
  /// What the numbers of addresses count from.
  enum Layout: CaseIterable {
    case place, base, perCPU
  }

  static let start: UInt64 = 0xffff_ffff_8100_0000
  private static let tableOffset = 0x2000

  var layout = Layout.place
  var alignment = 4
  var hasKallsyms = true
  var hasSymbolTable = false
  /// The place of a byte of the index of tokens is wrong.
  var hasWrongIndex = false
  /// Functions of 128 bytes each.
  var functions: [(name: String, code: [UInt8])] = []
  /// What symbols call functions that have names of their own here.
  var names: [String: String] = [:]
  /// A function's name, and within it the branch and where it leads.
  var branches: [(function: String, code: Int, target: Int)] = []
  /// Beside those of the key.
  var otherBranches = 0
  var tableName = "__start___jump_table"
  var keyName = "hugetlb_optimize_vmemmap_key"

  func address(of function: String) -> UInt64 {
    Self.start + UInt64(128 * (1 + functions.firstIndex { $0.name == function }!))
  }

  private var textEnd: UInt64 { Self.start + UInt64(128 * (1 + functions.count)) }
  private var key: UInt64 { Self.start + 0x8000 }
  private var tableEnd: UInt64 { table + UInt64(16 * (branches.count + otherBranches)) }
  private var table: UInt64 { Self.start + UInt64(Self.tableOffset) }

  /// Ascending, with kinds as kallsyms has them.
  var symbols: [(kind: Character, name: String, address: UInt64)] {
    let code = functions.map {
      ("t" as Character, names[$0.name, default: $0.name], address(of: $0.name))
    }
    // More than one marker has, and a name whose length has two bytes.
    let fillers = (0..<300).map {
      ("d" as Character, $0 == 7 ? String(repeating: "long_", count: 40) : "datum_\($0)", table - 8)
    }
    return [("T", "_text", Self.start)] + code + [("T", "_etext", textEnd)] + fillers + [
      ("R", tableName, table), ("R", "__stop___jump_table", tableEnd),
      ("D", keyName, key),
    ]
  }

  /// What is loaded at ``start``.
  var image: [UInt8] {
    var bytes = [UInt8](repeating: 0xcc, count: Self.tableOffset)
    for function in functions {
      let place = Int(address(of: function.name) - Self.start)
      bytes.replaceSubrange(place..<place + function.code.count, with: function.code)
    }
    for branch in branches {
      let function = address(of: branch.function)
      appendEntry(
        &bytes, function + UInt64(branch.code), function + UInt64(branch.target), key, flags: 2)
    }
    for _ in 0..<otherBranches {
      appendEntry(&bytes, Self.start, Self.start + 8, key + 16, flags: 1)
    }
    if hasKallsyms { appendKallsyms(&bytes) }
    return bytes
  }

  private func appendEntry(
    _ bytes: inout [UInt8], _ code: UInt64, _ target: UInt64, _ key: UInt64, flags: UInt64
  ) {
    let place = Self.start + UInt64(bytes.count)
    bytes.append(little: code &- place, 4)
    bytes.append(little: target &- (place + 4), 4)
    bytes.append(little: (key &- (place + 8)) | flags, 8)
  }

  private func appendKallsyms(_ bytes: inout [UInt8]) {
    func align(_ to: Int) { while bytes.count % to != 0 { bytes.append(0) } }
    // A token of each character, and two that stand for several.
    var tokens = (0..<256).map { $0 > 0x20 && $0 < 0x7f ? [UInt8($0)] : Array("=\($0)".utf8) }
    tokens[1] = Array("datum_".utf8)
    var names: [UInt8] = []
    var markers: [Int] = []
    for (number, symbol) in symbols.enumerated() {
      if number % 256 == 0 { markers.append(names.count) }
      var text = [UInt8(symbol.kind.asciiValue!)]
      if symbol.name.hasPrefix("datum_") {
        text += [1] + Array(symbol.name.dropFirst(6).utf8)
      } else {
        text += Array(symbol.name.utf8)
      }
      names +=
        text.count < 128
        ? [UInt8(text.count)] : [UInt8(text.count & 127 | 128), UInt8(text.count >> 7)]
      names += text
    }
    align(8)
    bytes.append(little: UInt64(symbols.count), alignment)
    bytes += names
    align(alignment)
    for marker in markers { bytes.append(little: UInt64(marker), 4) }
    align(alignment)
    var index: [Int] = []
    let tokenStart = bytes.count
    for token in tokens {
      index.append(bytes.count - tokenStart)
      bytes += token + [0]
    }
    align(alignment)
    if hasWrongIndex { index[200] += 1 }
    for place in index { bytes.append(little: UInt64(place), 2) }
    align(alignment)
    for symbol in symbols {
      switch layout {
      case .place:
        bytes.append(little: symbol.address &- (Self.start + UInt64(bytes.count)), 4)
      case .base: bytes.append(little: symbol.address &- Self.start, 4)
      case .perCPU: bytes.append(little: Self.start &- 1 &- symbol.address, 4)
      }
    }
    align(8)
    if layout != .place { bytes.append(little: Self.start, 8) }
  }

  /// The kernel's file.
  func elf(isCore: Bool = false) -> [UInt8] {
    let image = image
    var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + Array(repeating: 0, count: 9)
    let tables = 0x1000 + image.count
    for (value, count) in [(isCore ? 4 : 2, 2), (62, 2), (1, 4), (0, 8), (64, 8)] {
      file.append(little: UInt64(value), count)
    }
    file.append(little: UInt64(hasSymbolTable ? tables : 0), 8)
    for (value, count) in [
      (0, 4), (64, 2), (56, 2), (1, 2), (64, 2), (hasSymbolTable ? 3 : 0, 2), (0, 2),
    ] {
      file.append(little: UInt64(value), count)
    }
    for (value, count) in [(1 as UInt64, 4), (5, 4), (0x1000, 8), (Self.start, 8), (0, 8)] {
      file.append(little: value, count)
    }
    for _ in 0..<2 { file.append(little: UInt64(image.count), 8) }
    file.append(little: 0x1000, 8)
    file += Array(repeating: 0, count: 0x1000 - file.count) + image
    guard hasSymbolTable else { return file }
    var names: [UInt8] = [0]
    var entries = [UInt8](repeating: 0, count: 24)
    for symbol in symbols {
      entries.append(little: UInt64(names.count), 4)
      entries += [symbol.kind.lowercased() == "t" ? 2 : 1, 0, 1, 0]
      entries.append(little: symbol.address, 8)
      entries.append(little: 0, 8)
      names += Array(symbol.name.utf8) + [0]
    }
    let place = tables + 3 * 64
    file += Array(repeating: 0, count: 64)
    for (type, offset, size, link) in [
      (2, place, entries.count, 2), (3, place + entries.count, names.count, 0),
    ] {
      for (value, count) in [
        (0, 4), (type, 4), (0, 8), (0, 8), (offset, 8), (size, 8), (link, 4), (0, 4), (8, 8),
        (24, 8),
      ] {
        file.append(little: UInt64(value), count)
      }
    }
    return file + entries + names
  }

  /// - Parameter payload: what is compressed, and for other tools than gzip its length.
  static func bootImage(_ payload: [UInt8]) -> [UInt8] {
    var file = [UInt8](repeating: 0, count: 0x600)
    file[0x1f1] = 1
    file.replaceSubrange(0x202..<0x208, with: Array("HdrS".utf8) + [0x0f, 0x02])
    var place: [UInt8] = []
    place.append(little: 0x200, 4)
    place.append(little: UInt64(payload.count), 4)
    file.replaceSubrange(0x248..<0x250, with: place)
    return file + payload
  }

  /// Compressed by the tool, as the kernel's build does.
  static func compressed(_ bytes: [UInt8], by tool: String, _ options: [String]) throws -> [UInt8] {
    let file = try ScratchFile(bytes)
    let arguments = options.map { Command.Argument($0) } + [.init(path: file.path)]
    var packed = try Command(FilePath(tool), arguments)
      .collect(limit: 1 << 24, timeout: .seconds(60))
    if tool != "gzip" { packed.append(little: UInt64(bytes.count), 4) }
    return packed
  }
}

extension [UInt8] {
  mutating func append(little number: UInt64, _ count: Int) {
    for byte in 0..<count { append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(byte)))) }
  }
}
