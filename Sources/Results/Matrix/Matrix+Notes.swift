import Text

extension Matrix {
  /// What stands below the lines: what marks mean, what the lines leave out, how sure it all is, and
  /// what to type for more.
  func notes(on shown: [Block], _ path: String, _ caveats: [String]) -> [Note] {
    let notes: [Note?] = [
      legend(of: shown), callerNotes, orders, others(than: shown), sureness,
      caveats.isEmpty ? nil : Note("note:", caveats, each: true), hazards,
      Note(
        "more:",
        [
          "bench report [RUN]: cells in ns", "--all-arms: all designs", "--style mm: mail",
          "bench doctor",
        ]),
      Note("run:", ["\(path), seed \(meta.seed)\(ending)"]),
    ]
    return notes.compactMap(\.self)
  }

  /// Of the marks that are there.
  private func legend(of shown: [Block]) -> Note {
    let rows = shown.flatMap(\.shown.values)
    let marks = Set(rows.map(Mark.init))
    let margin = rows.compactMap(\.margin).max().map { " within \((100 * $0).plain) %" }
    let places = Set(shown.flatMap { $0.shown.keys.map(\.place) }).count
    let lines = shown.reduce(0) { $0 + Set($1.shown.keys.map(\.pages)).count }
    let parts: [String?] =
      Mark.allCases.filter(marks.contains).map { mark in
        switch mark {
        case .faster: "< new is faster"
        case .slower: "> new is slower"
        case .tiny: "= the same" + (margin ?? "")
        case .unresolved: "? not resolved"
        }
      } + [
        rows.contains(where: \.layoutsDisagree)
          ? "* depends on where the linker puts the code" : nil,
        lines * places > rows.count ? ". no ratio" : nil,
      ]
    return Note("", parts.compactMap { $0?.unbroken }, separator: "  ".unbroken + " ")
  }

  private var ending: String {
    meta.incompleteness.map { ", \($0)" } ?? ""
  }
}

// MARK: - What the lines leave out

extension Matrix {
  /// Orders whose ratio is far from that of order 9, or whose mark is another.
  private var orders: Note? {
    let told = blocks.filter { block in block.rows.contains { !Self.isShown($0.order) } }
    let isOneOperation = Set(told.map { $0.rows[0].operation }).count == 1
    let differing = told.flatMap { block in
      block.rows.filter { !Self.isShown($0.order) && $0.ratio != nil }
        .grouped(by: Block.Cell.init)
        .compactMap {
          OtherOrders(
            $0, beside: block, block.name(besideArm: arm, withOperation: !isOneOperation))
        }
    }
    var texts = differing.sorted { $0.rank > $1.rank }.map(\.text)
    guard let first = texts.first, let operation = told.first?.rows[0].operation else { return nil }
    // Once is enough.
    if isOneOperation { texts[0] = "\(operation), \(first)" }
    return Note("orders:", texts, lines: 4, rest: Self.rest)
  }

  /// Blocks for which there is no room, or which have no ratio.
  private func others(than shown: [Block]) -> Note? {
    let names = Set(shown.map { $0.heading(besideArm: arm) })
    let hidden = blocks.filter { !names.contains($0.heading(besideArm: arm)) }
    let items = hidden.map { block in
      [block.name(besideArm: arm), block.extent].compactMap(\.self).joined(separator: " ")
    }
    return items.isEmpty ? nil : Note("others:", items, lines: 3, rest: Self.rest)
  }

  private static let rest = "more in bench report"

  /// What other orders than 9 show of the same pages.
  private struct OtherOrders {
    let name: String?
    let cell: Block.Cell
    let rows: [SummaryRow]
    /// Those that win where order 9 loses come first, then those that are furthest from it.
    let rank: Double

    /// Nil where there is nothing to tell.
    init?(_ rows: [SummaryRow], beside block: Block, _ name: String?) {
      let cell = Block.Cell(rows[0])
      let nine = block.shown[cell]
      let distances = rows.map { row in (row, Self.distance(row, nine)) }.filter { $0.1 > 0 }
      guard let rank = distances.map(\.1).max() else { return nil }
      self.name = name
      self.cell = cell
      self.rows = distances.map(\.0)
      self.rank = rank
    }

    /// 0 where it is as good as order 9's.
    private static func distance(_ row: SummaryRow, _ nine: SummaryRow?) -> Double {
      guard let ratio = row.ratio else { return 0 }
      guard let nine, let ratioOfNine = nine.ratio else { return 1 }
      let factor = max(ratio / ratioOfNine, ratioOfNine / ratio)
      guard Mark(row) != Mark(nine) || factor > 1.1 else { return 0 }
      return factor + (Mark(row).contradicts(Mark(nine)) ? 1000 : 0)
    }

    /// "latency, heads, HVO off, 128 MiB: 1.90 > at order 2, 1.68 > at 4"
    var text: String {
      let what = [name, cell.pages.shortLabel, cell.place.phrase].compactMap(\.self)
      let ratios = rows.enumerated().map { index, row in
        "\(row.markedRatio ?? "") at \(index == 0 ? "order " : "")\(row.order)".unbroken
      }
      return what.joined(separator: ", ") + ": " + ratios.joined(separator: ", ")
    }
  }
}

extension Matrix.Block {
  /// "0.17 < to 1.62 >, 2 ?": the ratios that are resolved, and how many are not; the difference where
  /// no ratio is told.
  fileprivate var extent: String {
    let ratios = rows.filter { $0.ratio != nil }.sorted { ($0.ratio ?? 0) < ($1.ratio ?? 0) }
    guard ratios.isEmpty else {
      let resolved = ratios.filter { Mark($0) != .unresolved }
        .compactMap { $0.markedRatio?.unbroken }
      let unresolved = ratios.count - resolved.count
      let parts: [String?] = [
        Self.range(resolved),
        unresolved == 0 ? nil : "\(unresolved) \(Mark.unresolved.rawValue)".unbroken,
      ]
      return parts.compactMap(\.self).joined(separator: ", ")
    }
    return Self.range(rows.compactMap(\.differenceNS).sorted().map { $0.signed(2) })
      .map { $0 + " ns".unbroken } ?? "not told"
  }

  /// From the first to the last; nil where there is none.
  private static func range(_ texts: [String]) -> String? {
    guard let first = texts.first, let last = texts.last else { return nil }
    return first == last ? first : "\(first) to \(last)"
  }
}

// MARK: - How sure

extension Matrix {
  /// What twins and the self-test showed, and how many ratios have no verdict.
  private var sureness: Note? {
    let twins = meta.noiseFloor.map {
      "the same code twice differs by \(percent($0.median)) "
        + "(95th percentile \(percent($0.percentile95)))"
    }
    let planted = meta.sensitivity.flatMap { sensitivity -> String? in
      guard sensitivity.isJudged else { return nil }
      return sensitivity.smallestResolved.map { "a planted \(percent($0)) was found" }
        ?? "no planted slow-down was found, at most "
        + percent(sensitivity.steps.map(\.planted).max() ?? 0)
    }
    let unjudged = SummaryTable(rows).compared.count { $0.ratio != nil && $0.verdict == nil }
    let silent =
      unjudged == 0
      ? nil
      : "no verdict in \(unjudged.counted("cell")): too few processes, or memory not on its node"
    let items = [twins, planted, silent].compactMap(\.self)
    return items.isEmpty ? nil : Note("sure:", items)
  }

  /// What hurts measurement here, and what could not be measured, without explanations.
  private var hazards: Note? {
    let found = meta.findings.map { $0.what.withoutParentheses }
    let missing = meta.unmeasured.map { "no \($0.what.withoutParentheses)" }
    let items = found + missing
    return items.isEmpty ? nil : Note("beware:", items, lines: 2)
  }

  private func percent(_ share: Double) -> String { "\((100 * share).fixed(2)) %".unbroken }
}

extension String {
  /// "virtual machine", where the whole is "virtual machine (present)".
  fileprivate var withoutParentheses: String {
    var depth = 0
    let outside = filter { character in
      if character == "(" { depth += 1 }
      defer { if character == ")" { depth = max(0, depth - 1) } }
      return depth == 0
    }
    return outside.split(separator: " ").joined(separator: " ")
  }
}
