/// A figure as it may stand in a page: of an SVG file, what draws, and nothing that runs or loads.
struct InlineSVG {
  let markup: Markup

  /// Why a file is no such figure.
  struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  /// - Parameters:
  ///   - file: UTF-8.
  ///   - name: stands before each id of the figure, so that those of two figures differ.
  ///   - label: what the figure shows, for who can't see it.
  /// - Throws: where it is not SVG, or has elements or references that a figure needs none of.
  init(_ file: [UInt8], name: String, label: String) throws(Refusal) {
    guard let text = String(validating: file, as: UTF8.self) else {
      throw Refusal(description: "it is not UTF-8")
    }
    var scanner = Scanner(Substring(text), name: name, label: label)
    markup = Markup(trusted: try scanner.scan())
  }
}

extension InlineSVG {
  /// What draws.
  private static let elements: Set = [
    "svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line", "polyline",
    "polygon", "text", "tspan", "title", "desc", "style", "clipPath", "mask", "marker", "pattern",
    "linearGradient", "radialGradient", "stop",
  ]

  /// Goes through a file from tag to tag.
  private struct Scanner {
    private var rest: Substring
    private let name: String
    private let label: String
    private var output = ""
    private var open: [Substring] = []
    private var isFinished = false

    init(_ text: Substring, name: String, label: String) {
      rest = text
      self.name = name
      self.label = label
    }

    mutating func scan() throws(Refusal) -> String {
      while let start = rest.firstIndex(of: "<") {
        try take(text: rest[..<start])
        rest = rest[start...]
        if skip("<?", to: "?>") || skip("<!--", to: "-->") || skip("<!DOCTYPE", to: ">") {
          continue
        }
        if skip("<metadata", to: "</metadata>") { continue }
        try takeTag()
      }
      try take(text: rest)
      guard isFinished else { throw Refusal(description: "it is not SVG, or ends before its time") }
      return output
    }

    private mutating func skip(_ start: String, to end: String) -> Bool {
      guard rest.hasPrefix(start), let range = rest.firstRange(of: end) else { return false }
      rest = rest[range.upperBound...]
      return true
    }

    private mutating func take(text: Substring) throws(Refusal) {
      guard !open.isEmpty else {
        if text.contains(where: { !$0.isWhitespace && $0 != "\u{feff}" }) {
          throw Refusal(description: "it is not SVG")
        }
        return
      }
      output += open.last == "style" ? try local(text) : String(text)
    }

    private mutating func takeTag() throws(Refusal) {
      guard let end = rest.tagEnd else { throw Refusal(description: "a tag has no end") }
      let tag = rest[rest.index(after: rest.startIndex)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.first == "/" {
        let element = tag.dropFirst().prefix { !$0.isWhitespace }
        guard element == open.popLast() else { throw Refusal(description: "tags don't match") }
        output += (element == "style" ? "}" : "") + "</\(element)>"
        isFinished = open.isEmpty
        return
      }
      let element = tag.prefix { !$0.isWhitespace && $0 != "/" }
      let isRoot = open.isEmpty
      guard isRoot ? element == "svg" && !isFinished : InlineSVG.elements.contains(String(element))
      else { throw Refusal(description: "it has an element <\(element.prefix(20))>") }
      let isClosed = tag.last == "/"
      let attributes = try attributes(of: tag.dropFirst(element.count).dropLast(isClosed ? 1 : 0))
      let about: Markup = isRoot ? " role=\"img\" aria-label=\"\(label)\"" : ""
      output += "<\(element)\(about.source)\(attributes)\(isClosed ? "/" : "")>"
      if !isClosed { open.append(element) }
      // Rules of a figure's style sheet are for that figure.
      if element == "style", !isClosed { output += "#figure-\(name) {" }
    }

    private func attributes(of tag: Substring) throws(Refusal) -> String {
      var (rest, output) = (tag, "")
      while true {
        rest = rest.drop(while: \.isWhitespace)
        guard !rest.isEmpty else { return output }
        let attribute = rest.prefix { $0 != "=" && !$0.isWhitespace }
        rest = rest.dropFirst(attribute.count).drop { $0 == "=" || $0.isWhitespace }
        guard let quote = rest.first, "\"'".contains(quote),
          let end = rest.dropFirst().firstIndex(of: quote)
        else { throw Refusal(description: "the attribute \(attribute.prefix(20)) has no value") }
        let value = rest[rest.index(after: rest.startIndex)..<end]
        rest = rest[rest.index(after: end)...]
        output += try self.attribute(attribute, value)
      }
    }

    /// Nothing for what says that it is XML.
    private func attribute(_ attribute: Substring, _ value: Substring) throws(Refusal) -> String {
      let lower = attribute.lowercased()
      let isName = attribute.allSatisfy {
        $0.isASCII && ($0.isLetter || "-:_".contains($0) || $0.isNumber)
      }
      guard isName, !lower.hasPrefix("on") else {
        throw Refusal(description: "it has an attribute \(attribute.prefix(20))")
      }
      var text: String
      switch lower {
      case "xmlns",
        _ where lower.hasPrefix("xmlns:"):
        return ""
      case "id": text = "\(name)-\(value)"
      case "href", "xlink:href":
        guard value.first == "#" else {
          throw Refusal(description: "it refers to \(value.prefix(40))")
        }
        text = "#\(name)-\(value.dropFirst())"
      default: text = try local(value)
      }
      text = text.replacing("\"", with: "&quot;")
      return " \(attribute)=\"\(text)\""
    }

    /// With references to ids of this figure; others are refused.
    private func local(_ style: Substring) throws(Refusal) -> String {
      let all = style.lowercased().matches(of: /url\s*\(/).count
      guard all == style.matches(of: /url\(#/).count, !style.contains("@import") else {
        throw Refusal(description: "its style refers to another file")
      }
      return String(style.replacing("url(#", with: "url(#\(name)-"))
    }
  }
}

extension Substring {
  /// Where the tag that begins here ends: values in quotes may hold such a sign.
  fileprivate var tagEnd: Index? {
    var quote: Character?
    for index in indices {
      let character = self[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == ">" {
        return index
      } else if character == "\"" || character == "'" {
        quote = character
      }
    }
    return nil
  }
}
