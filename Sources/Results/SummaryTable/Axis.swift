import Text

/// A column that says which cell a line is about.
struct Axis: Sendable {
  let title: String
  let alignment: Alignment
  /// Others are shown only where lines would read alike without them.
  var always = false
  /// Whether the value says nothing without the title: "order 9", but "1 folio".
  var isNamed = true
  /// Nil where the axis does not apply.
  let value: @Sendable (SummaryRow) -> String?

  /// The value as it stands in a sentence.
  func phrase(_ row: SummaryRow) -> String? {
    value(row).map { isNamed ? "\(title) \($0)" : $0 }
  }

  /// Whether some rows of one arm are alike on the axes `shown` and differ on this one.
  private func distinguishes(_ rows: [SummaryRow], beside shown: [Axis]) -> Bool {
    let alike = Dictionary(grouping: rows) { row in
      [row.operation, row.mode, row.arm] + shown.map { $0.value(row) }
    }
    return alike.values.contains { Set($0.map(value)).count > 1 }
  }

  /// The axes without which some of the rows would read alike, and those that are always shown.
  static func telling(_ rows: [SummaryRow]) -> [Axis] {
    let always = all.filter(\.always)
    return all.filter { $0.always || $0.distinguishes(rows, beside: always) }
  }

  private static let all: [Axis] = [
    Axis(title: "order", alignment: .right, always: true) {
      // Of several orders in place of one.
      $0.population ?? "\($0.order)"
    },
    Axis(title: "class", alignment: .left, always: true, isNamed: false) { $0.classText },
    Axis(title: "chain", alignment: .left) { $0.chain?.rawValue },
    Axis(title: "pattern", alignment: .left, isNamed: false) { $0.pattern },
    Axis(title: "footprint", alignment: .left, always: true, isNamed: false) { $0.footprintText },
    Axis(title: "HVO", alignment: .left, always: true) { $0.hvo?.rawValue },
    Axis(title: "mapping", alignment: .left) { $0.mapping?.rawValue },
    Axis(title: "CPU node", alignment: .right) { $0.cpuNode?.description },
    Axis(title: "memory node", alignment: .right) { $0.memoryNode?.description },
    Axis(title: "template node", alignment: .right) { $0.templateNode?.description },
    Axis(title: "templates", alignment: .left) { $0.templates ?? "-" },
    Axis(title: "threads", alignment: .right) { $0.threads.description },
    Axis(title: "readers", alignment: .right) { $0.readers?.description ?? "-" },
    Axis(title: "other node", alignment: .right) { $0.peerNode?.description ?? "-" },
  ]
}
