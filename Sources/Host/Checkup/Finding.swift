/// Something on the machine that hurts measurement.
public struct Finding: Codable, Equatable, Sendable {
  public var what: String
  public var why: String
  /// The command that would mend it.
  public var command: String?

  public init(what: String, why: String, command: String? = nil) {
    self.what = what
    self.why = why
    self.command = command
  }
}
