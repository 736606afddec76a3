import Glibc
import Measurement

extension SummaryRow {
  /// What several runs of one machine say of an arm: the median of their ratios, an interval that holds
  /// all of theirs, and the verdict of more than half of them, unless one says the contrary.
  /// - Parameter rows: one of each run; not empty.
  static func pooled(_ rows: [SummaryRow]) -> SummaryRow {
    guard rows.count > 1 else { return rows[0] }
    var row = rows[0]
    let ratios = rows.compactMap(\.ratio)
    row.ratio = ratios.isEmpty ? nil : exp(Statistics.median(ratios.map { log($0) }))
    row.ratioLo = rows.compactMap(\.ratioLo).min()
    row.ratioHi = rows.compactMap(\.ratioHi).max()
    row.nsPerOp = Statistics.median(rows.map(\.nsPerOp))
    let marks = rows.map(Mark.init)
    let usual = Mark.allCases.first { mark in 2 * marks.count { $0 == mark } > marks.count }
    row.verdict = Mark.contradict(marks) ? .unresolved : (usual ?? .unresolved).verdict
    return row
  }
}

extension Mark {
  /// Whether one of them wins where another one loses.
  static func contradict(_ marks: some Sequence<Mark>) -> Bool {
    Set(marks).isSuperset(of: [.faster, .slower])
  }

  /// The verdict that it stands for.
  var verdict: Verdict {
    switch self {
    case .faster: .faster
    case .slower: .slower
    case .tiny: .same
    case .unresolved: .unresolved
    }
  }
}
