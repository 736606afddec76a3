/// The rows of a run as people and programs read them.
public struct SummaryTable: Sendable {
  public let rows: [SummaryRow]
  public let arms: Arms

  /// Which arms the readable table shows, each against its baseline.
  public enum Arms: Equatable, Sendable {
    /// Those that stand for kernels with the change.
    case new
    case all
  }

  /// How to write the rows.
  public enum Format: String, CaseIterable, Sendable {
    /// For a terminal: the chosen arms, with an answer in words at the end.
    case table
    /// Every row, as in `summary.csv`.
    case csv
    /// Every row as an array of objects: numbers as numbers, empty as null.
    case json
  }

  public init(_ rows: [SummaryRow], arms: Arms = .new) {
    self.rows = rows
    self.arms = arms
  }

  public func render(_ format: Format = .table) -> String {
    switch format {
    case .table: text
    case .csv: rows.csv()
    case .json: rows.json()
    }
  }

  /// The rows of the chosen arms; a baseline has nothing to be compared with.
  var compared: [SummaryRow] {
    rows.filter { !$0.isBaseline && (arms == .all || $0.role == .new) }
  }
}
