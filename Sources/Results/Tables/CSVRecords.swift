/// The records of a CSV text, strictly read: RFC 4180, with or without carriage returns. The text may come
/// in parts.
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

  private var text: [UInt8] = []
  private var position = 0
  /// Which line of the text the next record begins on.
  private(set) var line = 1

  init(_ text: [UInt8] = []) { add(text) }

  /// What is there of the next record: at the end of the text, what a writer that was killed left.
  var rest: ArraySlice<UInt8> { text[position...] }

  /// Takes in what follows of the text.
  mutating func add(_ part: [UInt8]) {
    text.removeFirst(position)
    position = 0
    text += part
    if line == 1, text.starts(with: Self.byteOrderMark) { position = Self.byteOrderMark.count }
  }

  /// What some editors put before UTF-8, of which it says nothing.
  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// The next record; nil where its end is not there yet.
  mutating func next() throws(Malformed) -> Record? {
    var scanner = Scanner(text: text, position: position, line: line)
    guard let record = try scanner.record() else { return nil }
    (position, line) = (scanner.position, scanner.line)
    return record
  }
}

private struct Scanner {
  let text: [UInt8]
  var position: Int
  var line: Int

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

  /// Nil when the text ends before the field does.
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
      guard let end = text[position...].firstIndex(where: { $0 == .comma || $0 == .lf }) else {
        return nil
      }
      let hasReturn = text[end] == .lf && text[position..<end].last == .cr
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
