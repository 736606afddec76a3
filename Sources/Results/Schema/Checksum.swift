import Text

/// The folded answers of one arm's timed passes; all arms of a cell share it.
public struct Checksum: Hashable, Sendable {
  public var value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }
}

extension Checksum: LosslessStringConvertible {
  private static let digits = 16

  /// Hexadecimal, always 16 digits.
  public var description: String {
    String(value, radix: 16).padded(to: Self.digits, with: "0", .right)
  }

  public init?(_ description: String) {
    guard description.utf8.count == Self.digits, description.first?.isHexDigit == true,
      let value = UInt64(description, radix: 16)
    else { return nil }
    self.value = value
  }
}
