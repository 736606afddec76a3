import Dispatch
import Foundation
import Synchronization

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
    let objdump = try Objdump.find()
    let matches = try symbols(of: binary, with: objdump).filter { $0.name.hasPrefix(prefix) }
    guard !matches.isEmpty else { throw .noSymbolWithPrefix(prefix, binary: binary) }
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
    let table = SymbolTable(parsing: try objdump.run(["-t", binary]))
    guard !table.isStripped else { throw .stripped(binary) }
    return table.functions
  }

  /// How many functions are worth a run of `objdump` of their own.
  private static let functionsPerRun = 64

  private static func functions(
    _ symbols: [Symbol],
    of binary: String,
    with objdump: Objdump
  ) throws(MachineCodeError) -> [Function] {
    // Neighbours together, in as many runs as there are processors for.
    let runs = min(
      ProcessInfo.processInfo.activeProcessorCount,
      (symbols.count + functionsPerRun - 1) / functionsPerRun)
    let places = symbols.indices.sorted {
      symbols[$0].range.lowerBound < symbols[$1].range.lowerBound
    }
    let parts = (0..<runs).map { run in
      places[places.count * run / runs..<places.count * (run + 1) / runs]
    }
    let read = Mutex([Int: Result<[Function], MachineCodeError>]())
    DispatchQueue.concurrentPerform(iterations: parts.count) { part in
      let result = Result { () throws(MachineCodeError) in
        try neighbours(parts[part].map { symbols[$0] }, of: binary, with: objdump)
      }
      read.withLock { $0[part] = result }
    }
    var functions = [Function?](repeating: nil, count: symbols.count)
    for (part, result) in read.withLock(\.self) {
      for (place, function) in zip(parts[part], try result.get()) { functions[place] = function }
    }
    return functions.compactMap(\.self)
  }

  /// Functions in one range of addresses: a whole Swift binary disassembles to hundreds of megabytes,
  /// but the timed loops lie together.
  private static func neighbours(
    _ symbols: [Symbol],
    of binary: String,
    with objdump: Objdump
  ) throws(MachineCodeError) -> [Function] {
    guard
      let start = symbols.map(\.range.lowerBound).min(),
      let stop = symbols.map(\.range.upperBound).max()
    else { return [] }
    let text = try objdump.run([
      "-d", "-z", "--no-show-raw-insn",
      "--start-address=\(start.hex)", "--stop-address=\(stop.hex)",
      binary,
    ])
    let listing = Listing(parsing: text)
    var functions: [Function] = []
    for symbol in symbols {
      functions.append(Function(symbol: symbol.name, code: try listing.code(of: symbol)))
    }
    return functions
  }
}
