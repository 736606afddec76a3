import Text

/// One column of a table: a name, what it means, and the way between a row's property and its text.
struct Column<Row: Sendable>: Sendable {
  let name: String
  /// What stands there, with its unit: a line of the data dictionary.
  let description: String
  let kind: FieldKind
  let bounds: Bounds
  /// Whether nothing may stand there: not measured, or not applicable.
  let isOptional: Bool
  /// Whether tables that were written before there was the column lack it: nothing stands there then.
  let isLater: Bool
  let field: @Sendable (Row) -> Field
  /// False when the text is not a value of the column; the row is then unchanged.
  let parse: @Sendable (String, inout Row) -> Bool

  init<Value: FieldValue>(
    _ name: String,
    _ property: WritableKeyPath<Row, Value> & Sendable,
    in bounds: Bounds = .any,
    isLater: Bool = false,
    _ description: String
  ) {
    precondition(
      !isLater || Value.isOptional, "a table without the column has nothing to stand there")
    self.isLater = isLater
    self.name = name
    self.description = description
    self.bounds = bounds
    kind = Value.kind
    isOptional = Value.isOptional
    field = { $0[keyPath: property].field }
    parse = { text, row in
      guard let value = Value(field: text), value.number.map(bounds.contains) ?? true else {
        return false
      }
      row[keyPath: property] = value
      return true
    }
  }

  /// The column of a row that is a part of this one.
  init<Part>(_ column: Column<Part>, of part: WritableKeyPath<Row, Part> & Sendable) {
    name = column.name
    description = column.description
    kind = column.kind
    bounds = column.bounds
    isOptional = column.isOptional
    isLater = column.isLater
    field = { column.field($0[keyPath: part]) }
    parse = { text, row in column.parse(text, &row[keyPath: part]) }
  }

  /// What a text must be, for the message when it is not: "an integer from 1 on or empty".
  var expectation: String {
    kind.phrase + bounds.phrase + (isOptional ? " or empty" : "")
  }
}

/// Which numbers may stand in a column.
struct Bounds: Equatable, Sendable {
  /// The least number, or the one that all are above.
  var lower: Double?
  var isLowerExcluded = false
  var upper: Double?

  static let any = Bounds()
  static let positive = Bounds(lower: 0, isLowerExcluded: true)
  static let notNegative = Bounds(lower: 0)
  static let fromOne = Bounds(lower: 1)
  static let share = Bounds(lower: 0, upper: 1)

  static func from(_ lower: Double, to upper: Double) -> Bounds {
    Bounds(lower: lower, upper: upper)
  }

  func contains(_ number: Double) -> Bool {
    if let lower, isLowerExcluded ? number <= lower : number < lower { return false }
    if let upper, number > upper { return false }
    return true
  }

  /// " above 0", " from 1 on", " from 0 to 1".
  var phrase: String {
    switch (lower, upper) {
    case (nil, nil): ""
    case (nil, let upper?): " up to \(upper.plain)"
    case (let lower?, nil): isLowerExcluded ? " above \(lower.plain)" : " from \(lower.plain) on"
    case (let lower?, let upper?):
      " \(isLowerExcluded ? "above" : "from") \(lower.plain) to \(upper.plain)"
    }
  }
}

/// A row with typed properties that is written and read column by column.
protocol TableRow: Sendable {
  /// In the order of the file.
  static var columns: [Column<Self>] { get }
  /// The names of the columns that no two rows of a file have alike; none where rows may repeat.
  static var key: [String] { get }
  /// What reading fills in.
  static var blank: Self { get }
}
