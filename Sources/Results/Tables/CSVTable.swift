import SystemPackage
import Text

/// A CSV file with a header, from which typed rows are read, one after the other.
struct CSVTable {
  /// Whether the file may end within a row.
  enum Ending {
    case wholeRow
    /// A row that a kill cut short is dropped; so is the header.
    case anywhere
  }

  private let path: FilePath
  private let ending: Ending
  private let more: () throws(ResultsError) -> [UInt8]
  private var records = CSVRecords()

  /// - Parameter more: what follows of the text; nothing at its end.
  init(path: FilePath, ending: Ending, more: @escaping () throws(ResultsError) -> [UInt8]) {
    self.path = path
    self.ending = ending
    self.more = more
  }

  init(_ text: [UInt8], path: FilePath, ending: Ending) {
    var rest = text
    self.init(path: path, ending: ending) {
      defer { rest = [] }
      return rest
    }
  }

  /// What a damaged file may ask memory for.
  private static let longestRecord = 1 << 20

  /// Nil at the end.
  private mutating func next() throws(ResultsError) -> CSVRecords.Record? {
    while true {
      do throws(CSVRecords.Malformed) {
        if let record = try records.next() { return record }
      } catch {
        throw .malformed(
          path: path, line: error.line, column: nil, value: error.value, expected: error.expected)
      }
      guard records.rest.count <= Self.longestRecord else {
        throw .malformed(
          path: path, line: records.line, column: nil,
          value: String(decoding: records.rest.prefix(100), as: UTF8.self),
          expected: "a row of \(ByteCount(Self.longestRecord)) at most")
      }
      let part = try more()
      guard part.isEmpty else {
        records.add(part)
        continue
      }
      guard records.rest.isEmpty || ending == .anywhere else {
        throw .malformed(
          path: path, line: records.line, column: nil, value: "",
          expected: "a whole row: the file ends within it")
      }
      return nil
    }
  }

  /// Hands over the rows, read by the columns' names: columns that the schema does not know are skipped.
  ///
  /// - Parameter version: a column, and what must stand there.
  /// - Throws: `missingColumn`, `malformed`, `duplicate`, `foreignSchema`, and what reading and `take`
  ///   throw.
  consuming func forEach<Row: TableRow>(
    _: Row.Type, version: (column: String, known: Int)? = nil,
    _ take: (Row) throws(ResultsError) -> Void
  ) throws(ResultsError) {
    // A kill may have left not even a header.
    guard let header = try next()?.fields ?? (ending == .wholeRow ? [] : nil) else { return }
    let versionIndex = version.flatMap { header.firstIndex(of: $0.column) }
    if let version, versionIndex == nil {
      throw .missingColumn(path: path, column: version.column)
    }
    var columns: [(column: Column<Row>, index: Int)] = []
    var keys = Keys()
    let key = Row.key.compactMap { header.firstIndex(of: $0) }
    while true {
      let record = try next()
      // Nothing else is looked at in a file of another version.
      if let version, let versionIndex, let fields = record?.fields,
        fields.indices.contains(versionIndex), fields[versionIndex] != "\(version.known)"
      {
        throw .foreignSchema(
          path: path, found: fields[versionIndex], known: version.known, writer: nil)
      }
      if columns.isEmpty { columns = try Self.columns(of: Row.self, in: header, path) }
      guard let record else { return }
      let row = try row(record, columns, header)
      let values = key.map { record.fields[$0] }
      guard key.isEmpty || keys.insert(values) else {
        throw .duplicate(
          path: path, line: record.line,
          key: zip(Row.key, values).map { "\($0) \($1)" }.joined(separator: ", "))
      }
      try take(row)
    }
  }

  /// All rows at once.
  consuming func rows<Row: TableRow>(
    _: Row.Type, version: (column: String, known: Int)? = nil
  ) throws(ResultsError) -> [Row] {
    var rows: [Row] = []
    try forEach(Row.self, version: version) { rows.append($0) }
    return rows
  }

  private static func columns<Row: TableRow>(
    of _: Row.Type, in header: [String], _ path: FilePath
  ) throws(ResultsError) -> [(column: Column<Row>, index: Int)] {
    var columns: [(column: Column<Row>, index: Int)] = []
    for column in Row.columns {
      if let index = header.firstIndex(of: column.name) {
        columns.append((column, index))
      } else if !column.isLater {
        throw .missingColumn(path: path, column: column.name)
      }
    }
    return columns
  }

  private func row<Row: TableRow>(
    _ record: CSVRecords.Record, _ columns: [(column: Column<Row>, index: Int)], _ header: [String]
  ) throws(ResultsError) -> Row {
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
    return row
  }
}

/// The keys of the rows that were read. Most end with a number that counts up, and a span of these takes
/// no more memory than one.
private struct Keys {
  private var seen: [[String]: RangeSet<Int>] = [:]

  /// False where it was there.
  mutating func insert(_ key: [String]) -> Bool {
    var name = key
    var number = 0
    if let last = key.last.flatMap({ Int($0) }), last < .max {
      name.removeLast()
      number = last
    }
    let isNew = seen[name]?.contains(number) != true
    if isNew { seen[name, default: RangeSet()].insert(contentsOf: number..<number + 1) }
    return isNew
  }
}
