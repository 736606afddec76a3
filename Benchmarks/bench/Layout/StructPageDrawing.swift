import Vmemmap

/// The modelled struct page in characters: a line for each 8 bytes.
enum StructPageDrawing {
  private static let columnsPerByte = 8
  private static let bytesPerLine = 8
  private static let cacheLine = 64

  static var lines: [String] {
    var lines = ["byte  " + border(at: 0)]
    for start in stride(from: 0, to: Page.size, by: bytesPerLine) {
      let fields = Page.fields.filter { $0.offset >= start && $0.offset < start + bytesPerLine }
      let cells = fields.map { field in
        (" " + ([field.name] + field.otherNames).joined(separator: " / "))
          .padded(to: field.size * columnsPerByte - 1)
      }
      let number = "\(start)"
      lines.append(
        String(repeating: " ", count: 4 - number.count) + number + "  |"
          + cells.joined(separator: "|") + "|")
      lines.append("      " + border(at: start + bytesPerLine))
    }
    return lines
  }

  /// The line above a byte, with a mark where fields above or below it meet; a double one where a
  /// cache line begins.
  private static func border(at byte: Int) -> String {
    let isCacheLine = byte % cacheLine == 0
    let width = bytesPerLine * columnsPerByte
    var line = [Character](repeating: isCacheLine ? "=" : "-", count: width + 1)
    let neighbours = byte - bytesPerLine..<byte + bytesPerLine
    for field in Page.fields where neighbours.contains(field.offset) {
      line[field.offset % bytesPerLine * columnsPerByte] = "+"
    }
    line[width] = "+"
    return String(line) + (isCacheLine ? "  cache line" : "")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
