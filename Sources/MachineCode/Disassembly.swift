import Foundation

/// The machine code of a built x86-64 ELF binary, as `objdump` prints it.
public enum Disassembly {
  /// The functions of `binary` whose symbol begins with `prefix`, sorted by symbol.
  ///
  /// Runs `objdump` for the symbol table, then for the address ranges that the functions lie in,
  /// several at once.
  /// Throws when nothing matches, as for the other reasons of ``MachineCodeError``.
  public static func read(
    binary: String,
    symbolPrefix prefix: String
  ) throws(MachineCodeError) -> [Function] {
    let functions = try read(binary: binary) { $0.hasPrefix(prefix) }
    guard !functions.isEmpty else { throw .noSymbolWithPrefix(prefix, binary: binary) }
    return functions
  }

  /// The functions of `binary` whose symbols are wanted, sorted by symbol; none where none is.
  ///
  /// Runs `objdump` as ``read(binary:symbolPrefix:)`` does.
  public static func read(
    binary: String,
    where isWanted: (String) -> Bool
  ) throws(MachineCodeError) -> [Function] {
    let objdump = try Objdump.find()
    let matches = try symbols(of: binary, with: objdump).filter { isWanted($0.name) }
    return try functions(matches.sorted { $0.name < $1.name }, of: binary, with: objdump)
  }

  /// The functions of `binary` with exactly these symbols, in the order given.
  ///
  /// Runs `objdump` for the symbol table, then for the address ranges that the functions lie in,
  /// several at once.
  /// Throws when any one is missing, as for the other reasons of ``MachineCodeError``.
  public static func read(
    binary: String,
    symbols names: [String]
  ) throws(MachineCodeError) -> [Function] {
    try read(binary: binary, symbols: names, with: Objdump.find())
  }

  static func read(
    binary: String,
    symbols names: [String],
    with objdump: Objdump
  ) throws(MachineCodeError) -> [Function] {
    let all = try symbols(of: binary, with: objdump)
    var matches: [Symbol] = []
    for name in names {
      let named = all.filter { $0.name == name }
      guard !named.isEmpty else { throw .symbolNotFound(name, binary: binary) }
      matches += named
    }
    return try functions(matches, of: binary, with: objdump)
  }

  private static func symbols(
    of binary: String,
    with objdump: Objdump
  ) throws(MachineCodeError) -> [Symbol] {
    try requireLinkedX86(binary)
    let table = SymbolTable(parsing: try objdump.run([["-t", binary]])[0])
    guard !table.isStripped else { throw .stripped(binary) }
    return table.functions
  }

  /// What is worth a run of `objdump` of its own: so many functions, and so many bytes between two that
  /// would else be disassembled for nothing.
  private static let worthARun = (functions: 64, bytes: 128 << 10 as UInt64)
  /// At once: each needs descriptors and memory.
  private static let mostRuns = 8

  private static func functions(
    _ symbols: [Symbol],
    of binary: String,
    with objdump: Objdump
  ) throws(MachineCodeError) -> [Function] {
    let atOnce = min(ProcessInfo.processInfo.activeProcessorCount, mostRuns)
    let parts = parts(symbols, for: atOnce)
    var texts: [String] = []
    for first in stride(from: 0, to: parts.count, by: atOnce) {
      texts += try objdump.run(
        parts[first..<min(first + atOnce, parts.count)].map { part in
          ["-d", "-z", "--no-show-raw-insn"] + rangeOptions(part.map { symbols[$0].range })
            + [binary]
        })
    }
    var functions = [Function?](repeating: nil, count: symbols.count)
    for (part, text) in zip(parts, texts) {
      let listing = Listing(parsing: text)
      for place in part {
        let symbol = symbols[place]
        functions[place] = Function(symbol: symbol.name, code: try listing.code(of: symbol))
      }
    }
    return functions.compactMap(\.self)
  }

  /// Symbols by their places, neighbours together, none far from the one before it.
  private static func parts(_ symbols: [Symbol], for runs: Int) -> [[Int]] {
    let most = max(worthARun.functions, (symbols.count + runs - 1) / runs)
    var parts: [[Int]] = []
    var end: UInt64 = 0
    for place in symbols.indices.sorted(by: {
      symbols[$0].range.lowerBound < symbols[$1].range.lowerBound
    }) {
      let range = symbols[place].range
      if let part = parts.last, part.count < most, range.lowerBound < end + worthARun.bytes {
        parts[parts.count - 1].append(place)
      } else {
        parts.append([place])
      }
      end = max(end, range.upperBound)
    }
    return parts
  }

  /// One range of addresses that holds all of these: a whole Swift binary disassembles to hundreds of
  /// megabytes, but the timed loops lie together.
  private static func rangeOptions(_ ranges: [Range<UInt64>]) -> [String] {
    let start = ranges.map(\.lowerBound).min() ?? 0
    let stop = ranges.map(\.upperBound).max() ?? 0
    return ["--start-address=\(start.hex)", "--stop-address=\(stop.hex)"]
  }
}
