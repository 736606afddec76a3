extension SummaryTable {
  /// A part for each operation and mode, then what it all says.
  var text: String {
    guard !compared.isEmpty else { return nothing }
    var lines: [String] = []
    for group in Group.all(of: compared) {
      lines.append("\(group.operation), \(group.mode) (ns per operation)")
      lines += table(of: group.rows) + [""]
    }
    if compared.contains(where: \.layoutsDisagree) {
      lines += ["* the code's copies at other addresses disagree: take no verdict from it", ""]
    }
    lines += answers
    return lines.joined(separator: "\n") + "\n"
  }

  private var nothing: String {
    switch arms {
    case .named(let name): "No cell compares the arm \(name) with another.\n"
    case .all: "No cell compares two arms.\n"
    }
  }

  private func table(of group: [SummaryRow]) -> [String] {
    let always = Axis.all.filter(\.always)
    let axes = Axis.all.filter { $0.always || $0.distinguishes(compared, beside: always) }
    var columns = TextColumns(axes.map(\.alignment) + [.left, .right, .left, .right, .left, .left])
    columns.append(axes.map(\.title) + ["old", "ns", "new", "ns", "new/old", "verdict"])
    for row in group {
      let baseline = rows.first { $0.cell == row.cell && $0.encoding == row.baseline }
      columns.append(
        axes.map { $0.text(row) } + [
          row.baseline, baseline?.nsPerOp.nanoseconds ?? "-",
          row.encoding, row.nsPerOp.nanoseconds,
          row.ratioText ?? "-",
          (row.verdict?.rawValue ?? "-") + (row.layoutsDisagree ? " *" : ""),
        ]
      )
    }
    return columns.rendered().map { "  " + $0 }
  }
}

extension SummaryRow {
  var layoutsDisagree: Bool { layoutsAgree == false }
}

/// The compared rows of one operation and mode.
private struct Group {
  let operation: String
  let mode: String
  var rows: [SummaryRow]

  /// In the order in which they first appear.
  static func all(of rows: [SummaryRow]) -> [Group] {
    var groups: [Group] = []
    for row in rows {
      if let index = groups.firstIndex(where: {
        $0.operation == row.operation && $0.mode == row.mode
      }) {
        groups[index].rows.append(row)
      } else {
        groups.append(Group(operation: row.operation, mode: row.mode, rows: [row]))
      }
    }
    return groups
  }
}

/// A column that says which cell a line is about.
private struct Axis: Sendable {
  let title: String
  let alignment: Alignment
  /// Others are shown only where lines would read alike without them.
  var always = false
  let text: @Sendable (SummaryRow) -> String

  /// Whether some rows of one arm are alike on the axes `shown` and differ on this one.
  func distinguishes(_ rows: [SummaryRow], beside shown: [Axis]) -> Bool {
    let alike = Dictionary(grouping: rows) { row in
      [row.operation, row.mode, row.encoding] + shown.map { $0.text(row) }
    }
    return alike.values.contains { Set($0.map(text)).count > 1 }
  }

  static let all: [Axis] = [
    Axis(title: "order", alignment: .right, always: true) { "\($0.order)" },
    Axis(title: "class", alignment: .left, always: true) { $0.classText },
    Axis(title: "pattern", alignment: .left) { $0.pattern ?? "-" },
    Axis(title: "footprint", alignment: .left, always: true) { $0.footprintText },
    Axis(title: "HVO", alignment: .left, always: true) { $0.hvo?.rawValue ?? "-" },
    Axis(title: "mapping", alignment: .left) { $0.mapping?.rawValue ?? "-" },
    Axis(title: "CPU node", alignment: .right) { $0.cpuNode?.description ?? "-" },
    Axis(title: "memory node", alignment: .right) { $0.memoryNode?.description ?? "-" },
    Axis(title: "template node", alignment: .right) { $0.templateNode?.description ?? "-" },
    Axis(title: "threads", alignment: .right) { $0.threads.description },
  ]
}
