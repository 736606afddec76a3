import ArgumentParser
import Results
import SystemPackage

/// Whether anything got worse from one run to another.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares paired ratios and machine code of two runs on the same kind of machine.",
    discussion: """
      Times: an arm got worse when the intervals of its ratio are apart in both runs and the change \
      exceeds the noise that both measured with their A/A twins.

      Machine code, where both runs have a codegen.csv: a timed loop got worse when it has more \
      conditional jumps, loads, stores, locked operations or calls. Bytes and instructions are \
      listed and summed up as the kernel's bloat-o-meter does, but are no reason to fail. Loops that \
      only one run timed count as added or removed.

      What it can't see: ratios hide a slow-down that arm and baseline share. The baseline's own \
      loops are among those compared, which shows it where it comes from their code's work; but not \
      where it comes from other instructions for the same work, from alignment, or from the machine: \
      its kernel, microcode, clock, memory or neighbours. Nor is a faster baseline told from a slower \
      arm. The columns ns_per_op of both runs show that, as far as the machine was in the same state.

      Exit status: 0 nothing got worse, 1 something did, 66 no such run, 65 unreadable, 69 the \
      machines differ, nothing matches, or a run was cut short.
      """)

  @Argument(help: "The run to compare with: a directory under results/.", completion: .directory)
  var baseline: String

  @Argument(help: "The run to judge.", completion: .directory)
  var current: String = "results/latest"

  @Flag(help: "Compare what is there of runs that were stopped or have failed, too.")
  var acceptCut = false

  func run() throws {
    let comparison = try Comparison(
      baseline: try Run.load(FilePath(baseline)), current: try Run.load(FilePath(current)),
      acceptsCut: acceptCut)
    print(comparison.render(), terminator: "")
    if comparison.hasRegression { throw ExitCode(1) }
  }
}
