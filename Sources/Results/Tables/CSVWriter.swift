extension TableRow {
  /// The header's line, with its line feed.
  static var csvHeader: String {
    columns.map(\.name).joined(separator: ",") + "\n"
  }

  /// The row's line, with its line feed.
  var csvLine: String {
    Self.columns.map { $0.field(self).csv }.joined(separator: ",") + "\n"
  }
}

extension Sequence where Element: TableRow {
  /// Header and rows as RFC 4180 text with line feeds.
  func csv() -> String {
    Element.csvHeader + map(\.csvLine).joined()
  }

  /// An array of objects: numbers as numbers, empty as null, keys in the order of the columns.
  func json() -> String {
    let objects = map { row in
      let members = Element.columns.map { "\"\($0.name)\": \($0.field(row).json)" }
      return "  {" + members.joined(separator: ", ") + "}"
    }
    return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
  }
}
