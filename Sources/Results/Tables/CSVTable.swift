import SystemPackage

/// A CSV file with a header, from which typed rows are read.
struct CSVTable {
  /// Whether the file may end within a row.
  enum Ending {
    case wholeRow
    /// A row that a kill cut short is dropped; so is the header.
    case anywhere
  }

  private let path: FilePath
  /// Nil where a kill left not even that.
  private let header: [String]?
  private let records: ArraySlice<CSVRecords.Record>

  init(_ text: [UInt8], path: FilePath, ending: Ending) throws(ResultsError) {
    let parsed: CSVRecords
    do throws(CSVRecords.Malformed) {
      parsed = try CSVRecords(text)
    } catch {
      throw .malformed(
        path: path,
        line: error.line,
        column: nil,
        value: error.value,
        expected: error.expected
      )
    }
    if ending == .wholeRow, let line = parsed.unfinishedLine {
      throw .malformed(
        path: path,
        line: line,
        column: nil,
        value: "",
        expected: "a whole row: the file ends within it"
      )
    }
    self.path = path
    header = parsed.records.first?.fields ?? (ending == .wholeRow ? [] : nil)
    records = parsed.records.dropFirst()
  }

  /// - Throws: `foreignSchema` if any row says another version in the column.
  func requireVersion(_ known: Int, column: String) throws(ResultsError) {
    guard let index = header?.firstIndex(of: column) else {
      throw .missingColumn(path: path, column: column)
    }
    for record in records where record.fields.indices.contains(index) {
      let found = record.fields[index]
      guard found == "\(known)" else {
        throw .foreignSchema(path: path, found: found, known: known, writer: nil)
      }
    }
  }

  /// The rows, read by the columns' names: columns that the schema does not know are skipped.
  ///
  /// - Throws: `missingColumn`, `malformed`, `duplicate`.
  func rows<Row: TableRow>(_: Row.Type) throws(ResultsError) -> [Row] {
    guard let header else { return [] }
    var columns: [(column: Column<Row>, index: Int)] = []
    for column in Row.columns {
      if let index = header.firstIndex(of: column.name) {
        columns.append((column, index))
      } else if !column.isLater {
        throw .missingColumn(path: path, column: column.name)
      }
    }
    let key = Row.key.compactMap { header.firstIndex(of: $0) }
    var seen: Set<[String]> = []
    var rows: [Row] = []
    rows.reserveCapacity(records.count)
    for record in records {
      guard record.fields.count == header.count else {
        throw .malformed(
          path: path,
          line: record.line,
          column: header[min(record.fields.count, header.count - 1)],
          value: record.fields.last ?? "",
          expected:
            "the last of \(header.count) fields: the row has \(record.fields.count)"
        )
      }
      var row = Row.blank
      for (column, index) in columns {
        guard column.parse(record.fields[index], &row) else {
          throw .malformed(
            path: path,
            line: record.line,
            column: column.name,
            value: record.fields[index],
            expected: column.expectation
          )
        }
      }
      let values = key.map { record.fields[$0] }
      guard key.isEmpty || seen.insert(values).inserted else {
        throw .duplicate(
          path: path, line: record.line,
          key: zip(Row.key, values).map { "\($0) \($1)" }.joined(separator: ", "))
      }
      rows.append(row)
    }
    return rows
  }
}
