import ArgumentParser

/// A value of an option that says in a few words what it is; help and completion list all of them.
///
/// The words are the value's own, so that one without them does not compile.
protocol ExplainedValue: ExpressibleByArgument {
  /// What can be asked for, as it is typed, and about six words on each.
  static var explained: [(value: String, meaning: String)] { get }
}

/// One of a few that have names.
protocol ExplainedCase: ExplainedValue, CaseIterable, RawRepresentable<String> {
  /// About six words; nil for what follows from other values, and can't be asked for.
  var meaning: String? { get }
}

extension ExplainedValue {
  public static var allValueStrings: [String] { explained.map(\.value) }

  public static var allValueDescriptions: [String: String] {
    Dictionary(explained.map { ($0.value, $0.meaning) }) { first, _ in first }
  }

  public static var defaultCompletionKind: CompletionKind { .list(completions) }
}

extension ExpressibleByArgument {
  /// The values that have names, but for those that stand for many, such as a number.
  static var completions: [String] { allValueStrings.filter { !$0.hasPrefix("<") } }
}

extension ExplainedCase {
  static var explained: [(value: String, meaning: String)] {
    allCases.compactMap { known in known.meaning.map { (known.rawValue, $0) } }
  }

  public init?(argument: String) {
    guard let known = Self(rawValue: argument), known.meaning != nil else { return nil }
    self = known
  }

  // What the parser has for enumerations would do as well, and it can't tell which is meant.

  public static var allValueStrings: [String] { explained.map(\.value) }

  public static var allValueDescriptions: [String: String] {
    Dictionary(explained.map { ($0.value, $0.meaning) }) { first, _ in first }
  }

  public static var defaultCompletionKind: CompletionKind { .list(completions) }
}
