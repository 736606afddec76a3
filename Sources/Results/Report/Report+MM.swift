import Text

extension Report {
  /// What `checkpatch.pl` takes of a commit message.
  private static let columns = 75

  /// A part for each arm, operation and mode, in it a block for each kind of cell and a line for each
  /// page class.
  var mm: String {
    var lines: [String] = []
    for comparison in comparisons {
      let arm = comparison[0].new
      lines += "\(arm.operation) \(arm.mode), ns per operation: \(arm.baseline) -> \(arm.arm)"
        .wrapped(to: Self.columns)
      let beside = mmLines(comparison, labelsApart: false)
      let fits = beside.allSatisfy { $0.count <= Self.columns }
      lines += fits ? beside : mmLines(comparison, labelsApart: true)
      lines.append("")
    }
    let notes =
      [table.footnote].compactMap(\.self) + table.answers + remarks
      + provenance
    lines += notes.flatMap { $0.wrapped(to: Self.columns) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func mmLines(_ comparison: [SummaryTable.Pair], labelsApart: Bool) -> [String] {
    let axes = Axis.telling(table.compared).filter { $0.title != "class" }
    func heading(_ pair: SummaryTable.Pair) -> String {
      axes.compactMap { $0.phrase(pair.new) }.joined(separator: ", ")
    }
    let blocks = comparison.grouped(by: heading)
    var columns = TextColumns([.left, .right, .right, .left, .left])
    columns.append(["", "old", "new", "new/old", "verdict"])
    for pair in blocks.joined() {
      columns.append([
        labelsApart ? "" : " " + pair.new.classText,
        pair.old?.nsPerOp.nanoseconds ?? "", pair.new.nsPerOp.nanoseconds,
        pair.new.ratioText ?? "", pair.new.verdictText ?? "",
      ])
    }
    var rendered = columns.rendered()[...]
    var lines = [rendered.removeFirst()]
    for block in blocks {
      lines += heading(block[0]).wrapped(to: Self.columns)
      for pair in block {
        if labelsApart {
          lines += pair.new.classText.wrapped(to: Self.columns - 1).map { " " + $0 }
        }
        lines.append(rendered.removeFirst())
      }
    }
    return lines
  }
}
