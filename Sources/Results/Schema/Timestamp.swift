import FoundationEssentials

/// A moment in UTC, in whole seconds so that it survives a round trip through text.
public struct Timestamp: Hashable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
  public var secondsSinceEpoch: Int

  public init(secondsSinceEpoch: Int) {
    self.secondsSinceEpoch = secondsSinceEpoch
  }

  public static var now: Timestamp {
    Timestamp(secondsSinceEpoch: Int(Date.now.timeIntervalSince1970.rounded(.down)))
  }
}

extension Timestamp: LosslessStringConvertible {
  /// ISO 8601, such as 2026-01-31T12:34:56Z.
  public var description: String {
    Date(timeIntervalSince1970: Double(secondsSinceEpoch)).formatted(.iso8601)
  }

  public init?(_ description: String) {
    guard let date = try? Date(description, strategy: .iso8601) else { return nil }
    secondsSinceEpoch = Int(date.timeIntervalSince1970)
  }
}

extension Timestamp: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let timestamp = Timestamp(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "\(text.debugDescription) is not an ISO 8601 time"
      )
    }
    self = timestamp
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
