import Text

/// Short names of the compared rows of a run, for tools that follow a row from run to run.
struct CellNames {
  private let names: [SummaryRow.ID: String]

  init(_ rows: [SummaryRow]) {
    names = Dictionary(
      rows.grouped { [$0.operation, $0.mode, $0.arm, $0.baseline, $0.name] }.flatMap(Self.distinct),
      uniquingKeysWith: { first, _ in first })
  }

  /// "o9.tail.32MiB.hvo_on"; of no two rows of one operation, mode and arm the same.
  subscript(_ row: SummaryRow) -> String { names[row.id] ?? row.name }

  /// Rows of one name are told apart by what was granted, and else by their numbers.
  private static func distinct(_ rows: [SummaryRow]) -> [(SummaryRow.ID, String)] {
    guard rows.count > 1 else { return rows.map { ($0.id, $0.name) } }
    let areMapped = Set(rows.map(\.mapping)).count == rows.count
    return rows.map { row in
      let mark = areMapped ? row.mapping?.rawValue ?? "unmapped" : "cell\(row.cell)"
      return (row.id, "\(row.name).\(mark)")
    }
  }
}

extension SummaryRow {
  /// Of what was asked for, and what is as usual left out.
  fileprivate var name: String {
    let parts: [String?] = [
      population.map { "pop-\($0.slug)" } ?? "o\(order)", classNamed,
      chain == .control && mode == "latency" ? "control" : nil,
      pattern == "random_pfn" ? nil : pattern?.slug,
      hugePages == 1 ? "one" : ByteCount(footprintBytes).description.replacing(" ", with: ""),
      hvo.map { "hvo_\($0.rawValue)" },
      cpuNode.flatMap { $0 == 0 ? nil : "cpu\($0)" },
      memoryNode.flatMap { $0 == cpuNode ? nil : "mem\($0)" },
      templates.map { "templates-\($0.slug)" }, peerNode.map { "peer\($0)" },
      threads == 1 ? nil : "t\(threads)", readers.map { "r\($0)" },
    ]
    return parts.compactMap(\.self).joined(separator: ".")
  }

  private var classNamed: String? {
    guard let mix, mix > 0, mix < 100 else { return order == 0 ? nil : pageClass.slug }
    let isUsual = mix == 50 && predictability == "random"
    return pageClass.slug + (isUsual ? "" : "-\(mix.plain)-\(predictability?.slug ?? "any")")
  }
}
