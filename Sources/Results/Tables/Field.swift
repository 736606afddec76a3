import Text

/// What stands in one field of a table.
enum Field: Equatable {
  /// Not measured.
  case empty
  /// A number or a truth value, written alike in CSV and JSON.
  case literal(String)
  case text(String)

  /// Quoted where RFC 4180 asks for it.
  var csv: String {
    switch self {
    case .empty: ""
    case .literal(let literal): literal
    case .text(let text):
      // Bytes, not characters: "\r\n" is one character and equal to neither half.
      if text.utf8.contains(where: { $0 == .comma || $0 == .quote || $0 == .cr || $0 == .lf }) {
        "\"" + text.replacing("\"", with: "\"\"") + "\""
      } else {
        text
      }
    }
  }

  /// Escaped where RFC 8259 asks for it.
  var json: String {
    switch self {
    case .empty: "null"
    case .literal(let literal): literal
    case .text(let text): "\"" + text.unicodeScalars.map(\.jsonEscaped).joined() + "\""
    }
  }
}

extension Unicode.Scalar {
  fileprivate var jsonEscaped: String {
    switch self {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\0"..<" ": "\\u" + String(value, radix: 16).padded(to: 4, with: "0", .right)
    default: String(self)
    }
  }
}

extension UInt8 {
  static let comma = UInt8(ascii: ",")
  static let quote = UInt8(ascii: "\"")
  static let cr = UInt8(ascii: "\r")
  static let lf = UInt8(ascii: "\n")
}
