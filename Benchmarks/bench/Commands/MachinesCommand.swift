import ArgumentParser
import Processes
import Results
import SystemPackage

/// The same cells on several machines.
struct MachinesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "machines",
    abstract: "Sets runs of several machines beside each other: where they agree, and where not.",
    discussion: """
      A line for each cell, a column for each machine; first the cells that are faster on one machine and \
      slower on another, as a matrix marks them (a difference within the margin counts as none). Where \
      columns don't fit, on how many machines the new code is faster, slower and the same, and the \
      least and the greatest ratio.

      Machines are called by --label of their runs, or else by their CPU. Runs of one machine and label \
      are pooled: the median of their ratios, an interval that holds all of theirs, and the verdict of \
      more than half of them, unless one says the contrary. What fewer than three processes measured has \
      no verdict.

      Cells match by their axes. Footprints match by their bytes, and where those differ by the cache that \
      holds what is touched (the column level), as long as no machine has two such cells; nodes by \
      whether memory and threads are on one; mappings always.

      Exit status: 0, whatever machines say; 65 unreadable, 66 no such run, 69 a run is of another schema, \
      all are of one machine, or no cell is on two.
      """)

  @Argument(help: ArgumentHelp("The runs: directories under results/.", valueName: "run"))
  var paths: [String]

  @Option(help: "text, csv or json; the latter two have every cell and the intervals.")
  var format = Machines.Format.text

  @Option(
    help: """
      What has a column: machine (machine key and label), or kind (machine key alone: all nodes of a fleet \
      that are alike).
      """)
  var by = Machines.Pooling.machine

  @Option(
    help: "Colours of the text: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color = ColorUse.auto

  @Flag(help: "Show every cell in the text, not only those that machines contradict each other on.")
  var all = false

  @Flag(help: "Show every arm, not only those of new kernels.")
  var allArms = false

  func run() throws {
    let machines = try Machines(
      paths.map { try Run.loadToCompare(FilePath($0)) }, arms: allArms ? .all : .new, pooling: by)
    print(
      machines.render(format, all: all, on: .standardOutput(color)), terminator: "")
  }
}

extension Machines.Format: ExpressibleByArgument {}
extension Machines.Pooling: ExpressibleByArgument {}
