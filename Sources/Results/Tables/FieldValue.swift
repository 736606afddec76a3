import Measurement
import Vmemmap

/// A value that stands in one field of a table and comes back the same.
protocol FieldValue: Sendable {
  /// `nil` when the text is not such a value.
  init?(field: String)
  var field: Field { get }
  static var kind: FieldKind { get }
  /// Whether an empty field is a value.
  static var isOptional: Bool { get }
  /// What a column's bounds are about; `nil` where it is no number.
  var number: Double? { get }
}

/// What sort of values stand in a column.
enum FieldKind: Equatable, Sendable {
  case integer, number, truth, text, time, checksum
  case oneOf([String])

  /// "an integer", for the message when a text is none.
  var phrase: String {
    switch self {
    case .integer: "an integer"
    case .number: "a number"
    case .truth: "true or false"
    case .text: "a text"
    case .time: "a UTC time such as 2026-01-31T12:34:56Z"
    case .checksum: "0x and 16 hexadecimal digits"
    case .oneOf(let words): "one of " + words.joined(separator: ", ")
    }
  }
}

extension FieldValue {
  static var isOptional: Bool { false }
  var number: Double? { nil }
}

extension Int: FieldValue {
  /// What other tools keep exact, in floating point: 2^53. Sums of what a file can hold don't overflow.
  static let largestField = 1 << 53

  init?(field: String) {
    guard let value = Int(field), value.magnitude <= Int.largestField.magnitude else { return nil }
    self = value
  }

  var field: Field { .literal(description) }
  static var kind: FieldKind { .integer }
  var number: Double? { Double(self) }
}

extension Double: FieldValue {
  init?(field: String) {
    // The standard library also takes "nan" and "inf": words have no place in a number column.
    guard let value = Double(field), value.isFinite else { return nil }
    self = value
  }

  /// Not finite is not a measurement, so it is empty.
  var field: Field { isFinite ? .literal(description) : .empty }
  static var kind: FieldKind { .number }
  var number: Double? { self }
}

extension Bool: FieldValue {
  init?(field: String) { self.init(field) }
  var field: Field { .literal(description) }
  static var kind: FieldKind { .truth }
}

extension String: FieldValue {
  init?(field: String) {
    guard !field.isEmpty else { return nil }
    self = field
  }

  var field: Field { isEmpty ? .empty : .text(self) }
  static var kind: FieldKind { .text }
}

extension Timestamp: FieldValue {
  init?(field: String) { self.init(field) }
  var field: Field { .text(description) }
  static var kind: FieldKind { .time }
}

extension Checksum: FieldValue {
  init?(field: String) { self.init(field) }
  var field: Field { .text(description) }
  static var kind: FieldKind { .checksum }
}

extension FieldValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  init?(field: String) { self.init(rawValue: field) }
  var field: Field { .text(rawValue) }
  static var kind: FieldKind { .oneOf(allCases.map(\.rawValue)) }
}

extension ArmRole: FieldValue {}
extension HVOState: FieldValue {}
extension Verdict: FieldValue {}
extension Mapping: FieldValue {}
extension SummaryRow.Chain: FieldValue {}
extension SummaryRow.Level: FieldValue {}
extension SampleRow.Part: FieldValue {}

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
  static var kind: FieldKind { Wrapped.kind }
  static var isOptional: Bool { true }
  var number: Double? { self?.number }
}
