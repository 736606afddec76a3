import ArgumentParser
import Processes
import Results
import SystemPackage
import Vmemmap

/// A run for a kernel mail, or for a tool.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Prints a run in the layouts that kernel mails and tools use; measures nothing.",
    discussion: """
      table: every cell. matrix: the answer on one screen, as 'bench run' prints it; the table where \
      the plan fits none. mm: for the commit message of an mm patch, at most 75 columns. \
      lkp: the kernel test robot's comparison. mmtests: compare-mmtests's, positive is faster. \
      markdown: tables for GitHub. ktap: KTAP version 1, a test point for each row: 'not ok' where \
      the arm is slower by more than the margin, SKIP where nothing can be told.

      Intervals and verdicts are those of the run in every style: of paired ratios. The means and \
      standard deviations of lkp and mmtests are over replicates, the medians of what one process \
      timed in one block and code layout (from samples.csv); they are not paired, so that a change \
      may differ from the ratio beside it. What was not measured stays empty.
      """)

  @Argument(
    help: ArgumentHelp("The run: a directory under results/.", valueName: "run"),
    completion: .directory)
  var path = "results/latest"

  @Option(help: "table, matrix, mm, lkp, mmtests, markdown or ktap.")
  var style = Report.Style.table

  @Option(
    help: "Colours of the matrix: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color = ColorUse.auto

  @Flag(help: "Show every arm, not only those of new kernels.")
  var allArms = false

  func run() throws {
    let run = try Run.load(FilePath(path))
    let report = Report(
      run, arms: allArms ? .all : .new,
      caveats: HVOProcedure.caveats(of: run.summary),
      path: run.path.asTyped, on: .standardOutput(color))
    print(try report.render(style), terminator: "")
  }
}

extension Report.Style: ExpressibleByArgument {}
