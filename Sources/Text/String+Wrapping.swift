extension String {
  /// Lines of at most `width` characters, broken at blanks, all but the first indented by two. A word
  /// that is longer has a line of its own.
  public func wrapped(to width: Int) -> [String] {
    var lines: [String] = []
    for word in split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(lines.isEmpty ? String(word) : "  " + word)
      }
    }
    return lines
  }

  /// As one word of letters, digits, points and hyphens: "mix (50 % tail)" becomes "mix-50-tail".
  public var slug: String {
    split { !($0.isASCII && ($0.isLetter || $0.isNumber)) && !"._".contains($0) }
      .joined(separator: "-")
  }
}
