extension Meta {
  /// A cell, arm or figure that has no number.
  public struct Unmeasured: Codable, Equatable, Sendable {
    public var what: String
    public var why: String

    public init(what: String, why: String) {
      self.what = what
      self.why = why
    }
  }
}

extension Meta.Unmeasured: TableRow {
  static let columns: [Column<Meta.Unmeasured>] = [
    Column("what", \.what, "What has no number: cells, an arm or a figure."),
    Column("why", \.why, "Why, with what would mend it where something would."),
  ]

  /// Two reasons may be told in the same words.
  static let key: [String] = []

  static let blank = Meta.Unmeasured(what: "", why: "")
}
