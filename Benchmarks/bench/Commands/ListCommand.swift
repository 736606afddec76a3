import ArgumentParser
import Processes
import Results
import Text
import Vmemmap

/// What a run would measure.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists what a plan has and the estimated time; measures nothing.",
    discussion: """
      csv and json have a row for each cell and arm, in the columns of summary.csv that are known \
      before a run. json has the time and what is left out, too; beside csv they are told on standard \
      error.
      """)

  @OptionGroup var options: PlanOptions

  @Flag(help: "A line for each cell, with its arms.")
  var cells = false

  @Option(help: "What to print.")
  var format = ListFormat.text

  func validate() throws {
    if cells && format != .text {
      throw ValidationError("--cells is of --format text: \(format.rawValue) has every cell")
    }
  }

  func run() throws {
    let (plan, left) = try options.plan(on: try .current())
    let tree = PlanTree(plan: plan, left: left, columns: Screen.standardOutput(.never).columns)
    switch format {
    case .text where cells:
      for planned in plan.cells { print(planned.line(isNUMA: plan.setup.isNUMA)) }
      for line in tree.summaryLines() { print(line) }
    case .text:
      for line in tree.lines() { print(line) }
    case .csv:
      print(plan.table(left).csv, terminator: "")
      for line in tree.summaryLines() { StandardError.write(line + "\n") }
    case .json:
      print(plan.table(left).json, terminator: "")
    }
  }
}

/// What `bench list` prints.
enum ListFormat: String, ExplainedCase {
  case text, csv, json

  var meaning: String? {
    switch self {
    case .text: "a tree of operations and modes, or --cells"
    case .csv: "every cell and arm"
    case .json: "the same, the time, and what is left out"
    }
  }
}

extension PlannedCell {
  /// "3: page_head throughput, order 9, head, 1 folio, hvo on, 32 KiB: fakehead against pointer, mask"
  fileprivate func line(isNUMA: Bool) -> String {
    let others = arms.filter { $0.role == .arm }.map(\.name)
    return "\(index): \(cell.summary), \(ByteCount(cell.footprintBytes))"
      + (isNUMA ? ", cpu node \(cell.cpuNode), memory node \(cell.memoryNode)" : "")
      + ": \(baseline) against \(others.joined(separator: ", "))"
  }
}

extension Plan {
  fileprivate func table(_ left: [LeftOut]) -> PlanTable {
    PlanTable(
      cells.filter { $0.cell.operation != .selfTest }.flatMap { $0.rows(setup.caches) },
      leftOut: left.map { Meta.Unmeasured($0) },
      seconds: expectedSeconds, processes: setup.processes, layouts: setup.layouts)
  }
}
