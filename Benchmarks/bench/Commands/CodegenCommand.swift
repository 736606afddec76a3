import ArgumentParser
import MachineCode
import Results

/// The machine code of the timed loops, in numbers.
struct CodegenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "codegen",
    abstract: "Prints exact facts of this binary's timed loops: one turn of 8 operations each.",
    discussion: """
      With --between, what the second arm's loops have more or less of than the first one's, and \
      their bytes summed up as the kernel's bloat-o-meter does: one copy of each loop.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Compare two arms, as in '--between fakehead mask'.", valueName: "arm"),
    completion: .list(ArmName.completions))
  var between: [String] = []

  func validate() throws {
    guard between.isEmpty || between.count == 2 else {
      throw ValidationError(
        "--between takes two arms, not \(between.count): '--between fakehead mask'")
    }
    let arms = Set(LoopSymbol.all.map(\.arm))
    for arm in between where !arms.contains(arm) {
      throw ValidationError(
        "there is no arm '\(arm)'; there are: \(arms.sorted().joined(separator: ", "))")
    }
  }

  func run() throws {
    guard between.isEmpty else {
      print(try comparison(between[0], between[1]).render(), terminator: "")
      return
    }
    let functions = try Disassembly.read(
      binary: Executable.url.path, symbols: LoopSymbol.all.map(\.name))
    let loops = try functions.map { function throws(MachineCodeError) in
      try function.timedFacts()
    }
    print(Self.header)
    for facts in loops {
      let fields: [Any] = [
        facts.symbol, facts.bytes, facts.instructions, facts.conditionalJumps,
        facts.conditionalJumpsOnBit0, facts.conditionalMoves, facts.conditionalMovesOnBit0,
        facts.loads, facts.stores, facts.locked, facts.calls,
      ]
      print(fields.map { "\($0)" }.joined(separator: ","))
    }
  }

  /// Loops that do the same task are matched.
  private func comparison(_ old: String, _ new: String) throws -> CodeComparison {
    func rows(_ arm: String) throws -> [CodegenRow] {
      let loops = LoopSymbol.all.filter { $0.arm == arm && $0.isFirstCopy }
      return zip(loops, try CodegenRow.rows(of: loops)).map { loop, facts in
        var row = facts
        row.symbol = loop.task
        return row
      }
    }
    return CodeComparison(old: try rows(old), new: try rows(new), names: (old, new))
  }

  static let header = """
    symbol,bytes,instructions,conditional_jumps,conditional_jumps_on_bit0,conditional_moves,\
    conditional_moves_on_bit0,loads,stores,locked,calls
    """
}
