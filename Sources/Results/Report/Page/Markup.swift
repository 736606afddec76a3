/// HTML. What is interpolated into it is text, and escaped, unless it is markup itself.
struct Markup: ExpressibleByStringInterpolation, Sendable {
  private(set) var source: String

  init(stringLiteral source: String) { self.source = source }

  init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }

  /// Takes it as it is: only what is known to be markup.
  init(trusted source: String) { self.source = source }

  init(_ parts: some Sequence<Markup>, separator: String = "\n") {
    source = parts.map(\.source).joined(separator: separator)
  }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) { source += literal }

    mutating func appendInterpolation(_ text: some StringProtocol) { source += text.escaped }

    mutating func appendInterpolation(_ number: Int) { source += "\(number)" }

    mutating func appendInterpolation(_ markup: Markup) { source += markup.source }

    mutating func appendInterpolation(_ parts: [Markup]) { source += Markup(parts).source }
  }
}

extension StringProtocol {
  /// Characters that a page can't have become replacement characters.
  fileprivate var escaped: String {
    unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      case "\n", "\t": text.unicodeScalars.append(scalar)
      case _ where scalar.properties.generalCategory == .control: text += "\u{fffd}"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
