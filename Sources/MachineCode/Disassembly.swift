import Foundation

/// The machine code of a built x86-64 ELF binary, as `objdump` prints it.
public enum Disassembly {
  /// The functions of `binary` whose symbol begins with `prefix`, sorted by symbol.
  ///
  /// Runs `objdump` for the symbol table, then for the address range that the functions span, in
  /// parts at once where they are many.
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
  /// Runs `objdump` for the symbol table, then for the address range that the functions span, in
  /// parts at once where they are many.
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

  /// How many functions are worth a run of `objdump` of their own.
  private static let functionsPerRun = 64
  /// Each needs descriptors and memory.
  private static let mostRuns = 8

  private static func functions(
    _ symbols: [Symbol],
    of binary: String,
    with objdump: Objdump
  ) throws(MachineCodeError) -> [Function] {
    // Neighbours together, in as many runs as there are processors for.
    let runs = min(
      ProcessInfo.processInfo.activeProcessorCount, Self.mostRuns,
      (symbols.count + functionsPerRun - 1) / functionsPerRun)
    let places = symbols.indices.sorted {
      symbols[$0].range.lowerBound < symbols[$1].range.lowerBound
    }
    let parts = (0..<runs).map { run in
      places[places.count * run / runs..<places.count * (run + 1) / runs]
    }
    let texts = try objdump.run(
      parts.map { part in
        ["-d", "-z", "--no-show-raw-insn"] + rangeOptions(part.map { symbols[$0].range })
          + [binary]
      })
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

  /// One range of addresses that holds all of these: a whole Swift binary disassembles to hundreds of
  /// megabytes, but the timed loops lie together.
  private static func rangeOptions(_ ranges: [Range<UInt64>]) -> [String] {
    let start = ranges.map(\.lowerBound).min() ?? 0
    let stop = ranges.map(\.upperBound).max() ?? 0
    return ["--start-address=\(start.hex)", "--stop-address=\(stop.hex)"]
  }
}
