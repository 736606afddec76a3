extension String {
  /// With a blank in place of line ends and other control characters.
  public var onOneLine: String {
    split { character in
      character.isNewline
        || character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }.joined(separator: " ")
  }
}
