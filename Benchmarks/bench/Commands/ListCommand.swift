import ArgumentParser

/// What a run would measure.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the cells of a plan and the estimated time; measures nothing.")

  @OptionGroup var options: PlanOptions

  func run() throws {
    let (plan, left) = try options.plan(on: .current())
    for (index, cell) in plan.cells.enumerated() {
      let arms = plan.choice.arms(of: cell).filter { $0.role == .arm }.map(\.name)
      print(
        "\(index): \(cell.summary), \(cell.footprintBytes) bytes of struct pages, cpu node \(cell.cpuNode), "
          + "memory node \(cell.memoryNode): \(plan.choice.baseline(of: cell)) against "
          + arms.joined(separator: ", "))
    }
    for item in left { print("left out: \(item)") }
    print(
      "\(plan.cells.count) cells, \(plan.processes) process\(plan.processes == 1 ? "" : "es"), "
        + "\(plan.layouts) layouts: about \(seconds(plan.budget))")
  }
}
