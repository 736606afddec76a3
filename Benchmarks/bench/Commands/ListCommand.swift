import ArgumentParser

/// What a run would measure.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the cells of a plan and the estimated time; measures nothing.")

  @OptionGroup var options: PlanOptions

  func run() throws {
    let (plan, left) = try options.plan(on: .current())
    for planned in plan.cells {
      let cell = planned.cell
      let arms = planned.arms.filter { $0.role == .arm }.map(\.name)
      print(
        "\(planned.index): \(cell.summary), \(cell.footprintBytes) bytes of struct pages, "
          + "cpu node \(cell.cpuNode), memory node \(cell.memoryNode): \(planned.baseline) against "
          + arms.joined(separator: ", "))
    }
    for item in left { print("left out: \(item)") }
    print(
      "\(plan.cells.count) cells, \(plan.setup.processes) process\(plan.setup.processes == 1 ? "" : "es"), "
        + "\(plan.setup.layouts) layouts: about \(seconds(plan.budget))")
  }
}
