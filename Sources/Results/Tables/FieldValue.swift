/// A value that stands in one field of a table and comes back the same.
protocol FieldValue: Sendable {
  /// `nil` when the text is not such a value.
  init?(field: String)
  var field: Field { get }
  /// What a text must be, for the message when it is not: "an integer".
  static var expectation: String { get }
}

extension Int: FieldValue {
  init?(field: String) { self.init(field) }
  var field: Field { .literal(description) }
  static var expectation: String { "an integer" }
}

extension Double: FieldValue {
  init?(field: String) {
    // The standard library also takes "nan" and "inf": words have no place in a number column.
    guard let value = Double(field), value.isFinite else { return nil }
    self = value
  }

  /// Not finite is not a measurement, so it is empty.
  var field: Field { isFinite ? .literal(description) : .empty }
  static var expectation: String { "a number" }
}

extension Bool: FieldValue {
  init?(field: String) { self.init(field) }
  var field: Field { .literal(description) }
  static var expectation: String { "true or false" }
}

extension String: FieldValue {
  init?(field: String) {
    guard !field.isEmpty else { return nil }
    self = field
  }

  var field: Field { isEmpty ? .empty : .text(self) }
  static var expectation: String { "a text" }
}

extension Timestamp: FieldValue {
  init?(field: String) { self.init(field) }
  var field: Field { .text(description) }
  static var expectation: String { "a UTC time such as 2026-01-31T12:34:56Z" }
}

extension Checksum: FieldValue {
  init?(field: String) { self.init(field) }
  var field: Field { .text(description) }
  static var expectation: String { "16 hexadecimal digits" }
}

extension FieldValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  init?(field: String) { self.init(rawValue: field) }
  var field: Field { .text(rawValue) }
  static var expectation: String {
    "one of " + allCases.map(\.rawValue).joined(separator: ", ")
  }
}

extension SummaryRow.HVO: FieldValue {}
extension SummaryRow.Mapping: FieldValue {}
extension SummaryRow.Verdict: FieldValue {}
extension SampleRow.Role: FieldValue {}

extension Optional: FieldValue where Wrapped: FieldValue {
  init?(field: String) {
    if field.isEmpty {
      self = .none
    } else if let value = Wrapped(field: field) {
      self = .some(value)
    } else {
      return nil
    }
  }

  var field: Field { self?.field ?? .empty }
  static var expectation: String { Wrapped.expectation + " or empty" }
}
