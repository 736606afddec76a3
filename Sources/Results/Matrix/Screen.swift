/// What a text is printed on.
public struct Screen: Equatable, Sendable {
  /// How many characters fit on a line.
  public var columns: Int
  /// Whether it shows colours.
  public var hasColors: Bool

  /// - Parameters:
  ///   - columns: as many as a matrix takes at most, unless a terminal has fewer.
  ///   - hasColors: no by default, as files and pipes have none.
  public init(columns: Int = Matrix.columns, hasColors: Bool = false) {
    self.columns = columns
    self.hasColors = hasColors
  }
}
