import Text

extension SummaryRow {
  /// Whether a range of pages is visited as a caller does, or pages of a population.
  var isOfCaller: Bool { population != nil || Self.callers.contains(operation) }

  private static let callers: Set = [
    "scan_pfns", "zap_pages", "zap_batch", "gup_fast", "unpin_pages",
  ]
}

extension Matrix {
  /// A line for each caller: how long it takes, and how that changes.
  var callerNotes: Note? {
    let columns = callers.filter { $0.ratio != nil }.map { row in
      [
        row.operation, row.population ?? "order \(row.order)",
        [row.hvo.map { "HVO \($0.rawValue)" }, row.footprintText].compactMap(\.self)
          .joined(separator: ", "),
        row.markedRatio ?? "", row.differenceNS.map { "\($0.signed(1)) ns" } ?? "",
      ]
    }
    guard !columns.isEmpty else { return nil }
    var table = TextColumns([.left, .left, .left, .right, .right])
    for fields in columns { table.append(fields) }
    return Note("uses:", table.rendered().map(\.unbroken), each: true)
  }
}
