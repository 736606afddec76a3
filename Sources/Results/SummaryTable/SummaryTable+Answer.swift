import Text

extension SummaryTable {
  /// One line for each pair of arms: where the new one wins, loses, is the same, and where
  /// nothing can be told.
  var answers: [String] {
    rows.filter { !$0.isBaseline && isAnswered($0) }.grouped { [$0.arm, $0.baseline] }
      .map { Answer(rows: $0).text }
  }

  /// Whether a line says what became of the row's arm: of every one that is shown, and of those that
  /// kernels may have one day.
  private func isAnswered(_ row: SummaryRow) -> Bool {
    arms == .all || row.role == .new || row.role == .whatIf
  }
}

/// What the rows of one arm against one baseline say together.
private struct Answer {
  let rows: [SummaryRow]

  var text: String {
    guard let arm = rows.first else { return "" }
    let wins = rows.filter { $0.verdict == .faster }
    let losses = rows.filter { $0.verdict == .slower }
    let same = rows.count { $0.verdict == .same }
    let untold = rows.count - wins.count - losses.count - same
    let parts = [
      kinds("wins", in: wins, "at best", wins.min(by: Self.byRatio)),
      kinds("loses", in: losses, "at worst", losses.max(by: Self.byRatio)),
      same == 0 ? nil : "takes the same time within the margin in \(same)",
      untold == 0 ? nil : "nothing can be told in \(untold)",
    ]
    let isAllUntold = untold == rows.count
    return "Of \(rows.count.counted("cell")), \(arm.arm) against \(arm.baseline)"
      + (isAllUntold ? ": " : " ") + parts.compactMap { $0 }.joined(separator: "; ") + "."
  }

  /// "wins in 3 (60 %: tail 2 of 2, head 1 of 3), at best 0.14x the time in ..."
  private func kinds(
    _ verb: String,
    in cells: [SummaryRow],
    _ superlative: String,
    _ extreme: SummaryRow?
  ) -> String? {
    guard let extreme, let ratio = extreme.ratio else { return nil }
    let share = (100 * Double(cells.count) / Double(rows.count)).fixed(0)
    return "\(verb) in \(cells.count) (\(share) %: \(pageClasses(of: cells))), "
      + "\(superlative) \(ratio.fixed(2))x the time in \(extreme.kindText)"
  }

  /// How many of the cells of each page class are among these, the most first.
  private func pageClasses(of cells: [SummaryRow]) -> String {
    let all = Dictionary(grouping: rows, by: \.pageClass)
    return Dictionary(grouping: cells, by: \.pageClass)
      .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .map { "\($0) \($1.count) of \(all[$0, default: []].count)" }
      .joined(separator: ", ")
  }

  private static func byRatio(_ some: SummaryRow, _ other: SummaryRow) -> Bool {
    (some.ratio ?? 1) < (other.ratio ?? 1)
  }
}
