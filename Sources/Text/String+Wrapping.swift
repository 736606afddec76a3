extension String {
  /// Lines of at most `width` characters, broken at blanks, all but the first indented. A word that is
  /// longer has a line of its own.
  public func wrapped(to width: Int, indent: Int = 2) -> [String] {
    var lines: [String] = []
    let indentation = String(repeating: " ", count: indent)
    for word in split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(lines.isEmpty ? String(word) : indentation + word)
      }
    }
    return lines
  }

  /// With blanks that ``wrapped(to:indent:)`` does not break at; ``breakable`` makes them usual ones.
  public var unbroken: String { replacing(" ", with: Self.hardBlank) }

  /// With usual blanks only.
  public var breakable: String { replacing(Self.hardBlank, with: " ") }

  private static let hardBlank = "\u{a0}"

  /// As one word of letters, digits, points and hyphens: "mix (50 % tail)" becomes "mix-50-tail".
  public var slug: String {
    split { !($0.isASCII && ($0.isLetter || $0.isNumber)) && !"._".contains($0) }
      .joined(separator: "-")
  }
}
