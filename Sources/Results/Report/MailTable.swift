import Text

/// Times of old and new code side by side, for a text of few columns.
struct MailTable {
  let pairs: [SummaryTable.Pair]
  private let wording: Wording
  /// Those that tell some rows apart, but for the class of pages.
  private let axes: [Axis]
  /// Whether lines need not say which pages.
  private let isOneClass: Bool
  /// What no line says because it is so in all of them, but for the order: "heads", "1 folio", "HVO off".
  let shared: [String]
  /// Wide where each operation is called in one way only.
  private let labelWidth: Int

  /// What tells lines apart.
  enum Wording {
    /// Every axis that does.
    case all
    /// Pages and places, as in a matrix: those of order 0 stand beside those of order 9.
    case oneOrder
  }

  init(_ pairs: [SummaryTable.Pair], _ wording: Wording) {
    self.wording = wording
    let rows = pairs.map(\.new)
    func tells(_ axis: Axis) -> Bool { Set(rows.map(axis.value)).count > 1 }
    let telling = Axis.telling(rows).filter { $0.title != "class" }
    axes = telling.filter(tells)
    let classes = Set(rows.map(\.pagesInShort))
    isOneClass = classes.count == 1
    let silent = wording == .all ? telling.filter { !tells($0) && $0.title != "order" } : []
    shared =
      (isOneClass ? Array(classes) : [])
      + silent.compactMap { axis in rows.first.flatMap { Self.phrase(axis, $0) } }
    let ways = pairs.grouped { [$0.new.operation, $0.new.arm, $0.new.baseline] }
      .map { Set($0.map(\.new.way)).count }
    labelWidth = (ways.max() ?? 0) > 1 ? 21 : 46
    self.pairs = wording == .all ? pairs : Self.inOrder(pairs)
  }

  /// Pages of one place together.
  private static func inOrder(_ pairs: [SummaryTable.Pair]) -> [SummaryTable.Pair] {
    let keys = pairs.enumerated().map { index, pair in
      (Matrix.Place(pair.new), Matrix.Pages(pair.new), index)
    }
    return keys.sorted { $0 < $1 }.map { pairs[$0.2] }
  }

  func lines(columns: Int) -> [String] {
    var lines: [String] = []
    var said: String?
    for section in pairs.grouped(by: { [$0.new.operation, $0.new.arm, $0.new.baseline] }) {
      let ways = section.grouped(by: \.new.way).map { $0[0] }.sorted(by: Self.usualFirst)
      for start in stride(from: 0, to: ways.count, by: 2) {
        let sides = Array(ways[start..<min(start + 2, ways.count)])
        let units = units(sides)
        lines += heading(sides, columns) + (units == said ? [] : [units])
        lines += groups(section, sides, columns)
        said = units
      }
    }
    return lines
  }

  // MARK: Headings

  private static let numberWidth = 8
  private static let changeWidth = 9
  private static let sideWidth = 2 * numberWidth + changeWidth

  private static func usualFirst(_ some: SummaryTable.Pair, _ other: SummaryTable.Pair) -> Bool {
    let usual = ["throughput", "latency"]
    func rank(_ pair: SummaryTable.Pair) -> Int {
      usual.firstIndex(of: pair.new.mode) ?? usual.count
    }
    return rank(some) < rank(other)
  }

  /// "compound_head()            independent calls         dependent chain"
  private func heading(_ sides: [SummaryTable.Pair], _ columns: Int) -> [String] {
    let row = sides[0].new
    let arms = Set(pairs.filter { $0.new.operation == row.operation }.map(\.new.arm))
    let isClear = arms.count == 1 && Self.heads(sides[0]) != ("old", "new")
    let title = "\(row.operation)()\(isClear ? "" : ": \(row.baseline) -> \(row.arm)")"
    let calls = sides.map { $0.new.wayInShort.padded(to: Self.sideWidth, .right) }.joined()
    let line = title.padded(to: labelWidth, .left) + calls
    return line.count <= columns
      ? [line] : title.wrapped(to: columns) + ["".padded(to: labelWidth, .left) + calls]
  }

  /// "ns per operation           7.0     7.1               7.0     7.1"
  private func units(_ sides: [SummaryTable.Pair]) -> String {
    "ns per operation".padded(to: labelWidth, .left)
      + sides.map { pair in
        let (old, new) = Self.heads(pair)
        return old.padded(to: Self.numberWidth, .right) + new.padded(to: Self.numberWidth, .right)
      }.joined(separator: "".padded(to: Self.changeWidth, .left))
  }

  private static func heads(_ pair: SummaryTable.Pair) -> (old: String, new: String) {
    let names = pair.names
    return max(names.old.count, names.new.count) < numberWidth ? names : ("old", "new")
  }

  // MARK: Lines

  private func groups(
    _ section: [SummaryTable.Pair], _ sides: [SummaryTable.Pair], _ columns: Int
  ) -> [String] {
    let ways = sides.map(\.new.way)
    return section.filter { ways.contains($0.new.way) }.grouped(by: group).flatMap { pairs in
      let lines = pairs.grouped { $0.new.pagesInShort }.map { alike in
        (
          label: alike[0].new.pagesInShort,
          sides: ways.map { way in alike.first { $0.new.way == way } }
        )
      }
      let group = group(pairs[0])
      let parts = [group, isOneClass ? "" : lines[0].label].filter { !$0.isEmpty }
      let whole = (parts.isEmpty ? [lines[0].label] : parts).joined(separator: ", ")
      if lines.count == 1, whole.count + 2 <= labelWidth {
        return line(whole, lines[0].sides, columns)
      }
      return group.wrapped(to: columns - 1).map { " " + $0 }
        + lines.flatMap { line($0.label, $0.sides, columns) }
    }
  }

  /// "HVO off, 1 folio"
  private func group(_ pair: SummaryTable.Pair) -> String {
    switch wording {
    case .oneOrder: Matrix.Place(pair.new).phrase
    case .all: axes.compactMap { Self.phrase($0, pair.new) }.joined(separator: ", ")
    }
  }

  private static func phrase(_ axis: Axis, _ row: SummaryRow) -> String? {
    axis.title == "footprint" ? Matrix.Place(row).footprint.heading : axis.phrase(row)
  }

  /// "  tail                   0.35    0.43       ?       1.52    2.24    +47%"
  private func line(
    _ label: String, _ sides: [SummaryTable.Pair?], _ columns: Int
  ) -> [String] {
    let numbers = sides.map { pair in
      [pair?.old, pair?.new].map {
        ($0?.nsPerOp.nanoseconds ?? "").padded(to: Self.numberWidth, .right)
      }.joined() + (pair?.new.changeInShort ?? "").padded(to: Self.changeWidth, .right)
    }.joined()
    let indented = "  " + label
    guard indented.count > labelWidth else {
      return [(indented.padded(to: labelWidth, .left) + numbers).trimmedAtEnd]
    }
    return label.wrapped(to: columns - 4).map { "  " + $0 }
      + [("".padded(to: labelWidth, .left) + numbers).trimmedAtEnd]
  }
}

extension SummaryRow {
  /// "+75%", "8.8x", "=", "?"; with a star where the code's place decides. Empty where there is no ratio.
  fileprivate var changeInShort: String {
    guard let ratio else { return "" }
    let percent = 100 * (ratio - 1)
    let text =
      switch Mark(self) {
      case .tiny: "="
      case .unresolved: "?"
      case .faster, .slower:
        if ratio < 1.995 {
          percent.magnitude < 9.95 ? "\(percent.signed(1))%" : "\(percent.signed(0))%"
        } else {
          "\(ratio.fixed(1))x"
        }
      }
    return text + (layoutsDisagree ? "*" : "")
  }

  /// Which pages: as a matrix has it, but for mixes that it knows nothing of.
  fileprivate var pagesInShort: String {
    let isMix = mix.map { $0 > 0 && $0 < 100 } ?? false
    return isMix && pageClass != "mix" ? classText : Matrix.Pages(self).label
  }

  /// How it is called.
  fileprivate var way: [String?] { [mode, chain?.rawValue] }

  /// The same in few letters.
  fileprivate var wayInShort: String {
    switch (mode, chain) {
    case ("throughput", _): "independent calls"
    case ("latency", .control): "chain of branches"
    case ("latency", _): "dependent chain"
    case ("address_chain", _): "chain of addresses"
    case ("spaced", _): "work between calls"
    case ("consumer_flags", _): "then flags are read"
    case ("consumer_ref", _): "then a ref is taken"
    case (let mode, _): String(mode.prefix(24))
    }
  }
}
