import Text

/// The folded answers of one arm's timed passes; all arms of a cell share it.
public struct Checksum: Hashable, Sendable {
  public var value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }
}

extension Checksum: LosslessStringConvertible {
  /// Without it a reader of tables takes sixteen digits for a number.
  private static let prefix = "0x"
  private static let digits = 16

  /// Hexadecimal, always `0x` and 16 digits.
  public var description: String {
    Self.prefix + String(value, radix: 16).padded(to: Self.digits, with: "0", .right)
  }

  public init?(_ description: String) {
    let digits = description.dropFirst(Self.prefix.count)
    guard description.hasPrefix(Self.prefix), digits.utf8.count == Self.digits,
      digits.first?.isHexDigit == true, let value = UInt64(digits, radix: 16)
    else { return nil }
    self.value = value
  }
}
