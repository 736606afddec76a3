import Text
import Vmemmap

/// A plan on one screen: operations with their modes, and the options that narrow it.
struct PlanTree {
  let plan: Plan
  let left: [LeftOut]
  /// How many characters fit on a line.
  let columns: Int

  func lines() -> [String] {
    branchLines() + [""] + axisLines() + [""] + summaryLines()
  }

  private var planned: [PlannedCell] { plan.cells.filter { $0.cell.operation != .selfTest } }

  private var cells: [Cell] { planned.map(\.cell) }
}

// MARK: - Operations

extension PlanTree {
  /// Modes of an operation that have the same cells.
  private struct Branch {
    let operation: Operation
    var modes: [Mode]
    /// Of one of the modes.
    let cells: Set<Cell>

    /// "0 2 4 9-11", or that folios are of several orders.
    var orders: String {
      let orders = Set(cells.filter { $0.population == nil }.map(\.order)).sorted()
      let mixed = cells.contains { $0.population != nil } ? ["mixed"] : []
      return (orders.ranges + mixed).joined(separator: " ")
    }
  }

  private var branches: [Branch] {
    cells.grouped(by: \.operation).flatMap { operation, cells in
      cells.grouped(by: \.mode)
        .map { mode, cells in (mode: mode, cells: Set(cells.map { $0.inMode(.throughput) })) }
        .grouped(by: \.cells)
        .map { Branch(operation: operation, modes: $1.map(\.mode), cells: $0) }
    }
  }

  private func branchLines() -> [String] {
    let branches = branches
    var rows = [["operation", "", "orders", "cells"]]
    var operation: Operation?
    for branch in branches {
      rows.append([
        branch.operation == operation ? "" : branch.operation.rawValue, "", branch.orders,
        "\(branch.cells.count * branch.modes.count)",
      ])
      operation = branch.operation
    }
    let others = [0, 2, 3].reduce(0) { sum, column in
      sum + 2 + (rows.map { $0[column].count }.max() ?? 0)
    }
    var table = TextColumns([.left, .left, .left, .right])
    let modes = [["mode"]] + branches.map { $0.modes.map(\.rawValue) }
    for (row, modes) in zip(rows, modes) {
      let wrapped = modes.joined(separator: ", ").wrapped(to: max(20, columns - others), indent: 0)
      table.append([row[0], wrapped[0], row[2], row[3]])
      for line in wrapped.dropFirst() { table.append(["", line, "", ""]) }
    }
    return table.rendered()
  }
}

// MARK: - Axes

extension PlanTree {
  /// Each option that narrows the plan, with the values that it has.
  private func axisLines() -> [String] {
    let options = axes.map { (option: "  \($0.option)  ", values: $0.values) }
    let width = options.map(\.option.count).max() ?? 0
    return ["it has, and is narrowed by:"]
      + options.flatMap { option, values in
        values.wrapped(to: max(20, columns - width), indent: 0).enumerated()
          .map { ($0 == 0 ? option : "").padded(to: width, .left) + $1 }
      }
  }

  private var axes: [(option: String, values: String)] {
    let cells = cells
    func values<Value: Hashable & Comparable>(_ value: (Cell) -> Value?) -> [Value] {
      Set(cells.compactMap(value)).sorted()
    }
    func names<Value: ExplainedCase & Hashable>(_ value: (Cell) -> Value) -> String {
      let found = Set(cells.map(value))
      return Value.allCases.filter { found.contains($0) && $0.meaning != nil }.map(\.rawValue)
        .joined(separator: " ")
    }
    func numbers(_ value: (Cell) -> Int?) -> String {
      values(value).map(String.init).joined(separator: " ")
    }
    let bytes = values(\.footprintBytes).map { ByteCount($0).description }
    let arms = planned.flatMap(\.arms).filter { $0.role == .arm }.map(\.name).uniqued()
    let baselines = planned.map(\.baseline).uniqued().joined(separator: ", ")
    return [
      ("--page-class", names(\.pageClass)),
      ("--mix", numbers { $0.pageClass == .mix ? $0.mix : nil }),
      ("--predictability", names(\.predictability)),
      ("--population", values { $0.population?.description }.joined(separator: " ")),
      ("--pattern", names(\.pattern)),
      (
        "--footprint",
        bytes.count > 1
          ? "\(bytes[0]) to \(bytes[bytes.count - 1]) of struct pages"
          : "\(bytes[0]) of struct pages"
      ),
      ("--hvo", names(\.hvo)),
      ("--mapping", names(\.mapping)),
      ("--threads", numbers(\.threads)),
      ("--readers", numbers(\.readers).isEmpty ? "" : numbers { $0.readers ?? 0 } + " of them"),
      ("--cpu-node", plan.setup.isNUMA ? numbers(\.cpuNode) : ""),
      ("--memory-node", plan.setup.isNUMA ? numbers(\.memoryNode) : ""),
      ("--encoding", arms.joined(separator: " ") + ", against \(baselines)"),
    ].filter { !$0.1.isEmpty }
  }
}

// MARK: - All in all

extension PlanTree {
  /// How much it is, how long it takes, and what it lacks.
  func summaryLines() -> [String] {
    let setup = plan.setup
    return [
      "\(planned.count.counted("cell")) and the self-test, \(setup.processes) "
        + "process\(setup.processes == 1 ? "" : "es"), \(setup.layouts.counted("code placement")): "
        + "about \(seconds(plan.expectedSeconds))"
    ] + left.flatMap { "left out: \($0)".wrapped(to: columns) }
  }
}

extension Cell {
  fileprivate func inMode(_ mode: Mode) -> Cell {
    var cell = self
    cell.mode = mode
    return cell
  }
}

extension [Int] {
  /// Ascending numbers, three and more in a row as one: "0 2 4-7".
  fileprivate var ranges: [String] {
    var ranges: [ClosedRange<Int>] = []
    for number in self {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.flatMap {
      $0.count > 2 ? ["\($0.lowerBound)-\($0.upperBound)"] : $0.map(String.init)
    }
  }
}
