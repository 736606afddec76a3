extension Double {
  /// With so many digits after the point. Foundation's formats would bring all of ICU with them.
  public func fixed(_ digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { power, _ in power * 10 }
    guard let scaled = Int(exactly: (magnitude * Double(scale)).rounded()) else {
      return description
    }
    let sign = self < 0 && scaled != 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % scale)
    return "\(sign)\(scaled / scale)." + fraction.padded(to: digits, with: "0", .right)
  }

  /// With its sign, as a difference is written: "+0.5"; zero has none.
  public func signed(_ digits: Int) -> String { (self > 0 ? "+" : "") + fixed(digits) }

  /// Nanoseconds with three digits or more that mean something.
  public var nanoseconds: String { fixed(magnitude < 100 ? 2 : magnitude < 1000 ? 1 : 0) }

  /// Without a fraction that says nothing: "50", "12.5".
  public var plain: String { Int(exactly: self)?.description ?? description }
}

/// A size as people read it: "1 folio" has "32 KiB" of struct pages at order 9.
public struct ByteCount: CustomStringConvertible {
  public let bytes: Int

  public init(_ bytes: Int) { self.bytes = bytes }

  public var description: String {
    var value = Double(bytes)
    var units = ["B", "KiB", "MiB", "GiB", "TiB"][...]
    while value.magnitude >= 1024, units.count > 1 {
      value /= 1024
      units.removeFirst()
    }
    return "\(value == value.rounded() ? value.plain : value.fixed(1)) \(units[units.startIndex])"
  }
}

extension Int {
  /// "1 cell", "2 cells".
  public func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
