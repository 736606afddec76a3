/// The records of a CSV text, strictly read: RFC 4180, with or without carriage returns.
///
/// SwiftCSV is not used: it fills short rows up with empties, takes the end of the text for a
/// closing quote, drops leading blanks and does not tell lines. A damaged file would read as not
/// measured.
struct CSVRecords {
  struct Record: Equatable {
    /// The line that the record begins on, from 1.
    var line: Int
    var fields: [String]
  }

  struct Malformed: Error, Equatable {
    var line: Int
    var value: String
    var expected: String
  }

  /// The records that end with a line feed.
  private(set) var records: [Record] = []
  /// The line of text after the last line feed, which a writer that was killed leaves behind.
  private(set) var unfinishedLine: Int?

  init(_ text: [UInt8]) throws(Malformed) {
    // What some editors put before UTF-8, of which it says nothing.
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    var scanner = Scanner(text: text.starts(with: mark) ? Array(text.dropFirst(mark.count)) : text)
    while !scanner.isAtEnd {
      let start = scanner.line
      if let record = try scanner.record() {
        records.append(record)
      } else {
        unfinishedLine = start
      }
    }
  }
}

private struct Scanner {
  let text: [UInt8]
  var position = 0
  var line = 1

  init(text: [UInt8]) { self.text = text }

  var isAtEnd: Bool { position == text.count }

  /// Nil when the text ends before the record does.
  mutating func record() throws(CSVRecords.Malformed) -> CSVRecords.Record? {
    let start = line
    var fields: [String] = []
    repeat {
      guard let field = try field() else { return nil }
      fields.append(field)
    } while takes(.comma)
    guard try takesLineEnd() else { return nil }
    return CSVRecords.Record(line: start, fields: fields)
  }

  /// Nil when the text ends within quotes.
  private mutating func field() throws(CSVRecords.Malformed) -> String? {
    var bytes: ArraySlice<UInt8> = []
    if takes(.quote) {
      repeat {
        let end = text[position...].firstIndex(of: .quote) ?? text.endIndex
        line += text[position..<end].count { $0 == .lf }
        bytes += text[position..<end]
        position = end
        guard takes(.quote) else { return nil }
        // A second quote stands for one that is part of the value.
        if text[position...].first == .quote { bytes.append(.quote) }
      } while takes(.quote)
    } else {
      let end = text[position...].firstIndex { $0 == .comma || $0 == .lf } ?? text.endIndex
      let isLineEnd = end < text.endIndex && text[end] == .lf
      let hasReturn = isLineEnd && text[position..<end].last == .cr
      bytes = text[position..<(hasReturn ? end - 1 : end)]
      position += bytes.count
    }
    guard let field = String(validating: bytes, as: UTF8.self) else {
      throw CSVRecords.Malformed(
        line: line,
        value: String(decoding: bytes, as: UTF8.self),
        expected: "UTF-8"
      )
    }
    return field
  }

  private mutating func takes(_ byte: UInt8) -> Bool {
    guard text[position...].first == byte else { return false }
    position += 1
    return true
  }

  /// False at the end of the text; anything else between a closing quote and a comma is damage.
  private mutating func takesLineEnd() throws(CSVRecords.Malformed) -> Bool {
    let hasReturn = takes(.cr)
    if takes(.lf) {
      line += 1
      return true
    }
    guard isAtEnd else {
      let rest = text[(hasReturn ? position - 1 : position)...].prefix { $0 != .lf }
      throw CSVRecords.Malformed(
        line: line,
        value: String(decoding: rest, as: UTF8.self),
        expected: "a comma or the end of the line"
      )
    }
    return false
  }
}
