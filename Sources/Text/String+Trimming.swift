extension StringProtocol {
  /// Without blanks and line ends at the end.
  public var trimmedAtEnd: String {
    lastIndex { !$0.isWhitespace }.map { String(self[...$0]) } ?? ""
  }

  /// Without blanks and line ends around it.
  public var trimmed: String { String(trimmedAtEnd.drop(while: \.isWhitespace)) }
}
