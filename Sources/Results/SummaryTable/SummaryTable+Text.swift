import Text

extension SummaryTable {
  /// A part for each operation and mode, then what it all says.
  var text: String {
    var lines = compared.isEmpty ? [nothing] : []
    for part in parts {
      lines.append("\(part.operation), \(part.mode) (ns per operation)")
      var columns = TextColumns(part.columns.map(\.alignment))
      columns.append(part.columns.map(\.title))
      for line in part.lines { columns.append(line.map { $0 ?? "-" }) }
      lines += columns.rendered().map { "  " + $0 } + [""]
    }
    if let footnote { lines += [footnote, ""] }
    lines += answers
    return lines.joined(separator: "\n") + "\n"
  }

  /// Said instead of an empty table.
  var nothing: String {
    switch arms {
    case .new: "No cell compares an arm of new kernels with another."
    case .all: "No cell compares two arms."
    }
  }

  /// What the mark of some verdicts means; nil where none has it.
  var footnote: String? {
    compared.contains(where: \.layoutsDisagree)
      ? "* the verdict depends on where the linker puts the code: layouts.csv has each copy's ratio"
      : nil
  }
}

extension SummaryTable {
  /// The lines of one operation and mode.
  struct Part {
    let operation: String
    let mode: String
    let columns: [(title: String, alignment: Alignment)]
    /// A field for each column; nil where there is nothing to say.
    let lines: [[String?]]
  }

  /// In the order in which operations and modes first appear.
  var parts: [Part] {
    let axes = Axis.telling(compared)
    return pairs.grouped { [$0.new.operation, $0.new.mode] }.map { group in
      Part(
        operation: group[0].new.operation,
        mode: group[0].new.mode,
        columns: axes.map { ($0.title, $0.alignment) } + [
          ("old", .left), ("ns", .right), ("new", .left), ("ns", .right), ("new/old", .left),
          ("verdict", .left),
        ],
        lines: group.map { pair in
          axes.map { $0.value(pair.new) } + [
            pair.new.baseline, pair.old?.nsPerOp.nanoseconds,
            pair.new.arm, pair.new.nsPerOp.nanoseconds,
            pair.new.ratioText, pair.new.verdictText,
          ]
        }
      )
    }
  }
}
