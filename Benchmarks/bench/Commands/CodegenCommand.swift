import ArgumentParser
import MachineCode
import Results
import TimedLoops

/// The machine code of the timed loops, in numbers.
struct CodegenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "codegen",
    abstract: "Prints exact facts of this binary's timed loops: one turn of 8 operations each.")

  func run() throws {
    let functions = try Disassembly.read(
      binary: Executable.url.path, symbols: timedLoops.keys.sorted())
    print(Self.header)
    for function in functions {
      let facts = function.loopFacts
      let fields: [Any] = [
        facts.symbol, facts.bytes, facts.instructions, facts.conditionalJumps,
        facts.conditionalJumpsOnBit0, facts.conditionalMoves, facts.conditionalMovesOnBit0,
        facts.loads, facts.stores, facts.locked, facts.calls,
      ]
      print(fields.map { "\($0)" }.joined(separator: ","))
    }
  }

  static let header = """
    symbol,bytes,instructions,conditional_jumps,conditional_jumps_on_bit0,conditional_moves,\
    conditional_moves_on_bit0,loads,stores,locked,calls
    """
}
