/// One column of a table: a name, and the way between a row's property and its text.
struct Column<Row: Sendable>: Sendable {
  let name: String
  /// Whether every file of the schema's version has it.
  let isRequired: Bool
  let expectation: String
  let field: @Sendable (Row) -> Field
  /// False when the text is not a value of the column; the row is then unchanged.
  let parse: @Sendable (String, inout Row) -> Bool

  init<Value: FieldValue>(_ name: String, _ property: WritableKeyPath<Row, Value> & Sendable) {
    self.init(name, property, isRequired: true)
  }

  /// A column that was added within the schema's version: in files from before, nothing is measured.
  static func added<Value: FieldValue>(
    _ name: String,
    _ property: WritableKeyPath<Row, Value?> & Sendable
  ) -> Column {
    Column(name, property, isRequired: false)
  }

  private init<Value: FieldValue>(
    _ name: String,
    _ property: WritableKeyPath<Row, Value> & Sendable,
    isRequired: Bool
  ) {
    self.name = name
    self.isRequired = isRequired
    expectation = Value.expectation
    field = { $0[keyPath: property].field }
    parse = { text, row in
      guard let value = Value(field: text) else { return false }
      row[keyPath: property] = value
      return true
    }
  }
}

/// A row with typed properties that is written and read column by column.
protocol TableRow: Sendable {
  /// In the order of the file.
  static var columns: [Column<Self>] { get }
  /// What reading fills in.
  static var blank: Self { get }
}
