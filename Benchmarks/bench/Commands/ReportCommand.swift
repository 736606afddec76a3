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
      the plan fits none. mm: for a mail, at most 72 columns and 49 lines, which leaves one for a \
      Link:; --all has every cell. lkp: the kernel test robot's comparison, of cells that changed \
      beyond the margin, or of --all. mmtests: compare-mmtests's, positive is faster; --all adds \
      statistics. markdown: the matrix and, folded, tables of every cell, under 60,000 characters. \
      ktap: KTAP version 1, a test for the run, 'not ok' where it failed, and one for each row: XFAIL \
      where it is slower in --baseline, too; SKIP where nothing can be told, or where it seems worse \
      than in --baseline, which 'bench compare' judges. github-benchmark: JSON of ratios for \
      github-action-benchmark (customSmallerIsBetter). html: one file for a browser, with the figures \
      that scripts/plot drew.

      Verdicts are those of the run in every style: of paired ratios. The means and standard \
      deviations of lkp and mmtests are over replicates, the medians of what one process timed in one \
      block and code layout (from samples.csv); they are not paired, so that a change may differ from \
      the ratio in other styles. What was not measured stays empty.
      """)

  @Argument(
    help: ArgumentHelp("The run: a directory under results/.", valueName: "run"),
    completion: .directory)
  var path = "results/latest"

  @Option(
    help: "table, matrix, mm, lkp, mmtests, markdown, ktap, github-benchmark or html.")
  var style = Report.Style.table

  @Option(
    help: "Colours of the matrix: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color = ColorUse.auto

  @Flag(help: "Show every arm, not only those of new kernels.")
  var allArms = false

  @Flag(help: "Leave nothing out, in the styles mm, lkp and mmtests.")
  var all = false

  @Option(help: ArgumentHelp("The run that ktap compares with.", valueName: "run"))
  var baseline: String?

  func validate() throws {
    if all, !style.hasWhole {
      throw ValidationError(
        "--all is for the styles mm, lkp and mmtests: \(style.rawValue) has a form of its own")
    }
    if baseline != nil, style != .ktap {
      throw ValidationError(
        "--baseline is for the style ktap, not \(style.rawValue); 'bench compare' compares runs")
    }
  }

  func run() throws {
    let run = try Run.load(FilePath(path))
    let report = Report(
      run, arms: allArms ? .all : .new, isWhole: all,
      baseline: try baseline.map { try Run.load(FilePath($0)) },
      caveats: HVOProcedure.caveats(of: run.summary),
      path: run.path.asTyped, on: .standardOutput(color))
    print(try report.render(style), terminator: "")
  }
}

extension Report.Style: ExpressibleByArgument {}
