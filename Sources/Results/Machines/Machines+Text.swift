import Text

extension Machines {
  /// The machines, what they contradict each other on, and how often they agree.
  func text(all: Bool, on screen: Screen) -> String {
    let width = min(screen.columns, Matrix.columns)
    let shared = cells.filter { $0.agreement != .alone }
    let contradicting = shared.filter { $0.agreement == .contradicting }
    let others = cells.filter { $0.agreement != .contradicting }
    let sections = [
      Section(
        title: "contradicting, \(contradicting.count) of \(shared.count.counted("cell"))",
        cells: contradicting),
      Section(title: "the others, \(others.count)", cells: all ? others : []),
    ].filter { !$0.cells.isEmpty }
    let table = Table(
      sections, of: machines, on: Screen(columns: width, hasColors: screen.hasColors))
    let lines =
      title(hasColumns: table.tags != nil).wrapped(to: width) + legend(table.tags, width: width)
      + [""]
      + table.lines
      + (summary(of: shared) + caveats(of: shared)).flatMap { $0.wrapped(to: width) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func title(hasColumns: Bool) -> String {
    let kinds = Set(machines.map(\.meta.machine.machineKey)).count
    return "time new / old on \(machines.count) machines"
      + (hasColumns || kinds == machines.count
        ? "" : " (a column for each of \(kinds.counted("kind")): --by kind)")
  }

  /// A line for each machine, or for each kind of them where none has a column.
  /// - Parameter tags: what machines are called above their columns.
  private func legend(_ tags: [String]?, width: Int) -> [String] {
    let lines: [(name: String, what: String)]
    if let tags {
      lines = zip(tags, machines).map { tag, machine in
        (tag, (tag == machine.name ? "" : machine.name + ": ") + machine.description)
      }
    } else {
      lines = machines.grouped(by: \.meta.machine.machineKey).map { kind in
        ("\(kind.count)", kind[0].description)
      }
    }
    let nameWidth = lines.map(\.name.count).max() ?? 0
    return lines.flatMap { name, what in
      (("  " + name.padded(to: nameWidth + 2, .left)).unbroken + what)
        .wrapped(to: width, indent: nameWidth + 4).map(\.breakable)
    }
  }

  private func summary(of shared: [Cell]) -> [String] {
    let judged = shared.filter { [.contradicting, .differing, .agreeing].contains($0.agreement) }
    let agreeing = judged.count { $0.agreement == .agreeing }
    let share =
      judged.isEmpty ? "" : " (\((100 * Double(agreeing) / Double(judged.count)).fixed(0)) %)"
    let everywhere = shared.compactMap(\.everywhere)
    let counts = [Mark.faster, .slower, .tiny].map { mark in everywhere.count { $0 == mark } }
    let contradicting = shared.count { $0.agreement == .contradicting }
    let rest = shared.count - contradicting - everywhere.count
    return [
      "agree: \(agreeing) of \(judged.count.counted("cell")) that two machines or more resolved\(share)",
      "everywhere faster \(counts[0]), slower \(counts[1]), the same \(counts[2]); "
        + "contradicting \(contradicting); the rest \(rest)",
    ]
  }

  /// What must be known to trust the numbers.
  private func caveats(of shared: [Cell]) -> [String] {
    let runs = machines.flatMap(\.runs)
    let cut = runs.filter { $0.meta.status != .complete }
    let commits = Set(runs.compactMap(\.meta.commitText)).sorted()
    let alone = cells.count - shared.count
    let unjudged = cells.count { !$0.sightings.allSatisfy(\.isJudged) }
    let mapped = shared.count { Set($0.sightings.map(\.row.mapping)).count > 1 }
    let caveats: [String?] = [
      alone == 0 ? nil : "on one machine only: \(alone.counted("cell")) (--all)",
      unjudged == 0
        ? nil
        : "not judged: \(unjudged.counted("cell")) that fewer than \(Comparison.fewestProcesses) "
          + "processes measured on a machine (bench run --processes)",
      mapped == 0
        ? nil
        : "beware: \(mapped.counted("cell")) with struct pages that machines map differently "
          + "(column mapping of --format csv)",
      selfContradictions == 0
        ? nil
        : "beware: runs of one machine contradict each other in "
          + "\(selfContradictions.counted("cell")); as many of the others may be noise",
      commits.count < 2 && !runs.contains(where: \.meta.compiler.isDebug)
        ? nil : "beware: measured by \(commits.joined(separator: "; "))",
      cut.isEmpty
        ? nil
        : "beware: cut short: "
          + cut.map { "\($0.path.lastComponent?.string ?? "") (\($0.meta.status.rawValue))" }
          .joined(separator: ", "),
    ]
    return caveats.compactMap(\.self)
  }
}
