import MachineCode
import Results
import SystemPackage

extension CodegenRow {
  /// Exact facts of loops of this program, one turn of 8 operations each.
  ///
  /// Reads the program's own file with two runs of objdump: some milliseconds for each loop.
  static func rows(of loops: [LoopSymbol]) throws(MachineCodeError) -> [CodegenRow] {
    guard !loops.isEmpty else { return [] }
    let functions = try Disassembly.read(binary: Executable.url.path, symbols: loops.map(\.name))
    return try zip(loops, functions).map { loop, function throws(MachineCodeError) in
      try CodegenRow(loop, function)
    }
  }

  /// The same of all timed loops of another program of this kind.
  static func rows(ofProgram path: FilePath) throws(MachineCodeError) -> [CodegenRow] {
    var rows: [CodegenRow] = []
    for function in try Disassembly.read(binary: path.string, where: { LoopSymbol($0) != nil }) {
      guard let loop = LoopSymbol(function.symbol) else { continue }
      rows.append(try CodegenRow(loop, function))
    }
    return rows
  }

  private init(
    _ loop: LoopSymbol, _ function: Disassembly.Function
  ) throws(MachineCodeError) {
    let facts = try function.timedFacts()
    self.init(
      arm: loop.arm, symbol: facts.symbol, bytes: facts.bytes,
      instructions: facts.instructions, conditionalJumps: facts.conditionalJumps,
      loads: facts.loads, stores: facts.stores, locked: facts.locked, calls: facts.calls)
  }
}

extension Disassembly.Function {
  /// The facts of a timed loop.
  ///
  /// - Throws: ``MachineCodeError/noLoop(_:)`` where the function has none, but leaves it to others: what
  ///   is timed is not here, and its facts are not zeros.
  func timedFacts() throws(MachineCodeError) -> FunctionFacts {
    guard !loops.isEmpty else { throw .noLoop(symbol) }
    return loopFacts
  }
}

extension Plan {
  /// The loops that cells time, in every layout used.
  func loops(of cells: [PlannedCell]) -> [LoopSymbol] {
    var names: Set<String> = []
    for planned in cells {
      for arm in planned.arms {
        for layout in 0..<setup.layouts {
          names.insert(arm.symbol(planned.cell.operation, planned.cell.mode, layout: layout))
        }
      }
    }
    return LoopSymbol.all.filter { names.contains($0.name) }
  }
}
