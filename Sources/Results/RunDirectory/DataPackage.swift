import FoundationEssentials
import SystemPackage

/// `datapackage.json`: what the columns of a run's tables mean, for programs.
///
/// A Data Package of version 2 (https://datapackage.org), made of the very columns that the tables are
/// written by.
struct DataPackage: Encodable {
  let profile = "https://datapackage.org/profiles/2.0/datapackage.json"
  let name: String
  let title = "A run of compound-head-bench"
  let resources: [Resource]

  enum CodingKeys: String, CodingKey {
    case profile = "$schema"
    case name, title, resources
  }

  /// - Parameter run: the run directory's name.
  init(run: String, resources: [Resource]) {
    // Names of packages are lower-case, without colons.
    name = run.lowercased()
    self.resources = resources
  }

  func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try [UInt8](encoder.encode(self)) + [.lf]
  }

  /// One table.
  struct Resource: Encodable {
    let name: String
    let path: String
    let type = "table"
    let format = "csv"
    let mediatype = "text/csv"
    let encoding = "utf-8"
    let schema: Schema

    init(_ path: String, _ schema: Schema) {
      name = String(path.prefix { $0 != "." })
      self.path = path
      self.schema = schema
    }
  }

  /// A Table Schema.
  struct Schema: Encodable {
    let profile = "https://datapackage.org/profiles/2.0/tableschema.json"
    let fields: [Field]
    let missingValues = [""]
    let primaryKey: [String]?

    enum CodingKeys: String, CodingKey {
      case profile = "$schema"
      case fields, missingValues, primaryKey
    }

    init<Row: TableRow>(_: Row.Type) {
      fields = Row.columns.map { Field($0) }
      primaryKey = Row.key.isEmpty ? nil : Row.key
    }
  }

  /// One column.
  struct Field: Encodable {
    let name: String
    let type: String
    let description: String
    let constraints: Constraints

    init<Row>(_ column: Column<Row>) {
      name = column.name
      type = column.kind.type
      description = column.description
      constraints = Constraints(column)
    }
  }

  struct Constraints: Encodable {
    let required: Bool
    var minimum: Double?
    var exclusiveMinimum: Double?
    let maximum: Double?
    var `enum`: [String]?
    var pattern: String?

    init<Row>(_ column: Column<Row>) {
      required = !column.isOptional
      let bounds = column.bounds
      if bounds.isLowerExcluded { exclusiveMinimum = bounds.lower } else { minimum = bounds.lower }
      maximum = bounds.upper
      if case .oneOf(let words) = column.kind { `enum` = words }
      if column.kind == .checksum { pattern = "0x[0-9a-f]{16}" }
    }
  }
}

extension FieldKind {
  /// The type's name in a Table Schema.
  var type: String {
    switch self {
    case .integer: "integer"
    case .number: "number"
    case .truth: "boolean"
    case .time: "datetime"
    case .text, .checksum, .oneOf: "string"
    }
  }
}

extension DataPackage.Resource {
  /// Every table that a run may have.
  static let all = [
    DataPackage.Resource(RunDirectory.summaryName, .init(SummaryRow.self)),
    DataPackage.Resource(RunDirectory.samplesName, .init(SampleRow.self)),
    DataPackage.Resource(RunDirectory.layoutsName, .init(LayoutRow.self)),
    DataPackage.Resource(RunDirectory.contentionName, .init(ContentionRow.self)),
    DataPackage.Resource(RunDirectory.codegenName, .init(CodegenRow.self)),
    DataPackage.Resource(RunDirectory.unmeasuredName, .init(Meta.Unmeasured.self)),
  ]
}
