/// Where a text stands in a field that is wider.
public enum Alignment: Sendable {
  case left, right
}

extension String {
  /// With fillers before or behind to make it so many characters wide; as it is where it is wider.
  public func padded(to width: Int, with filler: Character = " ", _ alignment: Alignment) -> String
  {
    let padding = String(repeating: filler, count: max(0, width - count))
    return alignment == .left ? self + padding : padding + self
  }
}

/// Lines of fields set in columns, two spaces apart, without blanks at the ends of lines.
public struct TextColumns {
  let alignments: [Alignment]
  private(set) var lines: [[String]] = []

  public init(_ alignments: [Alignment]) {
    self.alignments = alignments
  }

  /// - Precondition: there is a field for each alignment.
  public mutating func append(_ fields: [String]) {
    lines.append(fields)
  }

  public func rendered() -> [String] {
    let widths = alignments.indices.map { index in lines.map { $0[index].count }.max() ?? 0 }
    return lines.map { fields in
      let padded = zip(fields, zip(widths, alignments)).map { field, column in
        field.padded(to: column.0, column.1)
      }
      return padded.joined(separator: "  ").trimmedAtEnd
    }
  }
}
