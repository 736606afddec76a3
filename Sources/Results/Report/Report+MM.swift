import Text

extension Report {
  /// What a mail holds, and a commit message.
  private static let columns = 72
  /// One less than a page, for a Link: to the run.
  private static let lines = 49

  /// Old beside new by kernel, a part for each operation, two ways to call it side by side.
  ///
  /// As much as fits on a page: orders 9 and 0 where the rows fit a matrix, of the operations that say
  /// most, without HVO on other folios where there is no room for those. ``isWhole`` has everything.
  var mm: String {
    let everything = MailTable(table.pairs, .all)
    let whole = Self.lines(everything) + [""] + notes(on: everything)
    if isWhole { return whole.joined(separator: "\n") + "\n" }
    for choice in choices {
      let text = Self.lines(choice) + [""] + notes(on: choice)
      if text.count <= Self.lines { return text.joined(separator: "\n") + "\n" }
    }
    if whole.count <= Self.lines { return whole.joined(separator: "\n") + "\n" }
    return cut(everything)
  }

  private static func lines(_ table: MailTable) -> [String] { table.lines(columns: columns) }

  /// The tables that might fit, the one that says most first; none where the rows fit no matrix.
  private var choices: [MailTable] {
    guard matrix != nil else { return [] }
    let shown = table.pairs.filter { Matrix.isShown($0.new.order) && !$0.new.isOfCaller }
    let usual = shown.filter { $0.new.pattern == "random_pfn" || $0.new.pattern == nil }
    let sections = usual.grouped { [$0.new.operation, $0.new.arm, $0.new.baseline] }
      .map(Self.twoModes)
    // Stable: of equally many, the first of the plan.
    let ranked = sections.indices.sorted {
      (-sections[$0].count, $0) < (-sections[$1].count, $1)
    }
    return (1...max(1, ranked.count)).reversed().flatMap { count in
      let chosen = ranked.prefix(count).sorted().flatMap { sections[$0] }
      return [chosen, chosen.filter { $0.new.hvo != .elsewhere }].filter { !$0.isEmpty }
        .map { MailTable($0, .oneOrder) }
    }
  }

  /// Those of the two modes that have most pairs, and the first of each pages and place.
  private static func twoModes(_ pairs: [SummaryTable.Pair]) -> [SummaryTable.Pair] {
    let modes = pairs.grouped { $0.new.mode }
    let ranked = modes.indices.sorted { (-modes[$0].count, $0) < (-modes[$1].count, $1) }
    let chosen = Set(ranked.prefix(2).map { modes[$0][0].new.mode })
    return pairs.filter { chosen.contains($0.new.mode) }
  }

  /// The first lines, and how many are missing.
  private func cut(_ table: MailTable) -> String {
    let rest = "(cut here; everything: bench report \(path) --style mm --all)"
      .wrapped(to: Self.columns)
    let end = rest + [""] + notes(on: table)
    let kept = Self.lines(table).prefix(max(10, Self.lines - end.count))
    return (kept + end).joined(separator: "\n") + "\n"
  }

  /// Where, how, how sure, and what is missing, as a paragraph; then what must be known, a line each.
  private func notes(on shown: MailTable) -> [String] {
    let rows = shown.pairs.map(\.new)
    let marks = Set(rows.map(Mark.init))
    let margin = rows.compactMap(\.margin).max().map { " within \((100 * $0).plain) %" } ?? ""
    let orders = Set(rows.map(\.order)).sorted(by: >).map(String.init)
    let left = table.pairs.count - shown.pairs.count
    let sides = shown.pairs.filter { $0.names.new != $0.new.arm }.flatMap {
      ["\($0.names.old): \($0.new.baseline)", "\($0.names.new): \($0.new.arm)"]
    }
    let machine = run.meta.machine
    let facts: [String?] = [
      [run.meta.label, machine.cpuName, machine.hypervisor.map { _ in "VM" }]
        .compactMap(\.self).joined(separator: ", "),
      Set(sides).sorted().joined(separator: ", "),
      "\(orders.count == 1 ? "order" : "orders") \(orders.joined(separator: ", "))",
      shown.shared.joined(separator: ", "),
      "medians of \(Self.range(rows.map(\.processes))) processes x "
        + "\(Self.range(rows.map(\.layouts))) code placements",
      marks.contains(.tiny) ? "=: the same\(margin)" : nil,
      marks.contains(.unresolved) ? "?: not resolved" : nil,
      rows.contains(where: \.layoutsDisagree) ? "*: code placement decides" : nil,
      run.meta.noiseFloor.map {
        "A/A noise \((100 * $0.median).fixed(2)) % (p95 \((100 * $0.percentile95).fixed(2)) %)"
      },
      run.meta.programText(named: "compound-head-bench").map { "\($0), user space" },
      left > 0 ? "\(left) of \(table.pairs.count) comparisons left out: --all" : nil,
      run.meta.incompleteness.map { "the run is \($0)" },
    ]
    let told = facts.compactMap(\.self).filter { !$0.isEmpty }.map {
      $0.replacing(" %", with: "\u{a0}%")
    }
    return "\(told.joined(separator: "; ")).".wrapped(to: Self.columns, indent: 0).map(\.breakable)
      + caveats.flatMap { $0.wrapped(to: Self.columns) }
  }

  /// "6", "6 to 12"
  private static func range(_ numbers: [Int]) -> String {
    guard let least = numbers.min(), let most = numbers.max() else { return "no" }
    return least == most ? "\(least)" : "\(least) to \(most)"
  }
}
