extension TableRow {
  /// The header's line, with its line feed.
  static var csvHeader: String {
    csvHeader(columns)
  }

  /// The row's line, with its line feed.
  var csvLine: String { csvLine(Self.columns) }

  fileprivate static func csvHeader(_ columns: [Column<Self>]) -> String {
    columns.map(\.name).joined(separator: ",") + "\n"
  }

  fileprivate func csvLine(_ columns: [Column<Self>]) -> String {
    columns.map { $0.field(self).csv }.joined(separator: ",") + "\n"
  }
}

extension Sequence where Element: TableRow {
  /// Header and rows as RFC 4180 text with line feeds.
  func csv(_ columns: [Column<Element>] = Element.columns) -> String {
    Element.csvHeader(columns) + map { $0.csvLine(columns) }.joined()
  }

  /// An array of objects: numbers as numbers, empty as null, keys in the order of the columns.
  func json(_ columns: [Column<Element>] = Element.columns) -> String {
    let objects = map { row in
      let members = columns.map { "\"\($0.name)\": \($0.field(row).json)" }
      return "  {" + members.joined(separator: ", ") + "}"
    }
    return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
  }
}
