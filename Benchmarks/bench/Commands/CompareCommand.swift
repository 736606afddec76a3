import ArgumentParser
import Results
import SystemPackage

/// Whether anything got worse from one run to another.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares the paired ratios of two runs on the same kind of machine.",
    discussion: """
      An arm got worse when the intervals of its ratio are apart in both runs and the change exceeds \
      the noise that both measured with their A/A twins. Exit status: 0 nothing got worse, 1 something \
      did, 66 no such run, 65 unreadable, 69 the machines differ or nothing matches.
      """)

  @Argument(help: "The run to compare with: a directory under results/.")
  var baseline: String

  @Argument(help: "The run to judge.")
  var current: String = "results/latest"

  func run() throws {
    let comparison = try Comparison(
      baseline: try Run.load(FilePath(baseline)), current: try Run.load(FilePath(current)))
    print(comparison.render(), terminator: "")
    if comparison.hasRegression { throw ExitCode(1) }
  }
}
