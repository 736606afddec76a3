extension StringProtocol {
  /// Without blanks and line ends at the end.
  var trimmedAtEnd: String {
    lastIndex { !$0.isWhitespace }.map { String(self[...$0]) } ?? ""
  }

  /// Without blanks and line ends around it.
  var trimmed: String { String(trimmedAtEnd.drop(while: \.isWhitespace)) }
}
