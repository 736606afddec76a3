import Text

/// What became of the timed loops' machine code. The facts are exact: a difference is one, whatever
/// the machine was busy with.
public struct CodeComparison: Sendable {
  /// The loops that both sides have and that differ, in the order of the new side.
  public let changes: [Change]
  /// How many loops that both sides have are equal in every fact.
  public let equal: Int
  /// Loops of the new side only.
  public let added: [CodegenRow]
  /// Loops of the old side only.
  public let removed: [CodegenRow]
  private let names: (old: String, new: String)
  /// What became of the work of each loop's copies, by the loop's name.
  private let work: [String: Set<[Int]>]

  /// Matches loops by their symbols.
  /// - Parameter names: what the sides are called in text.
  public init(
    old: [CodegenRow],
    new: [CodegenRow],
    names: (old: String, new: String) = ("the base", "the head")
  ) {
    let oldBySymbol = Dictionary(old.map { ($0.symbol, $0) }) { first, _ in first }
    let newSymbols = Set(new.map(\.symbol))
    let pairs = new.compactMap { row in oldBySymbol[row.symbol].map { Change(old: $0, new: row) } }
    changes = pairs.filter { !$0.differences.isEmpty }
    equal = pairs.count - changes.count
    added = new.filter { oldBySymbol[$0.symbol] == nil }
    removed = old.filter { !newSymbols.contains($0.symbol) }
    work = Dictionary(grouping: pairs, by: \.name).mapValues { Set($0.map(\.work)) }
    self.names = names
  }

  /// A loop whose facts differ.
  public struct Change: Equatable, Sendable {
    public let old: CodegenRow
    public let new: CodegenRow

    /// What the loop has more or less of.
    public enum Kind: Sendable {
      /// More of some work: conditional jumps, loads, stores, locked operations, calls or
      /// instructions of any kind.
      case worse
      /// Less of some work, and more of none.
      case better
      /// Other bytes for the same work.
      case rewritten
    }

    /// The loop's name, for globs.
    public var name: String { new.stableName }

    /// How much more it has of each work.
    var work: [Int] { CodegenRow.work.map { new[keyPath: $0.count] - old[keyPath: $0.count] } }

    public var kind: Kind {
      if work.contains(where: { $0 > 0 }) { return .worse }
      return work.contains { $0 < 0 } ? .better : .rewritten
    }
  }

  /// The loops that are looked at; nil where the sides have none in common, or they are not asked for.
  init?(old: [CodegenRow], new: [CodegenRow], _ options: Comparison.Options) {
    guard options.only != .times, !old.isEmpty, !new.isEmpty else { return nil }
    func wanted(_ rows: [CodegenRow]) -> [CodegenRow] {
      rows.filter { options.ignored.exception(for: $0.stableName) == nil }
    }
    self.init(old: wanted(old), new: wanted(new))
    if equal + changes.count == 0 { return nil }
  }

  /// Whether all copies of an arm's loop and of its baseline's gained or lost the same work: then what both are
  /// wrapped in changed, which moves differences, too, where one arm hides more of it than the other.
  func isShared(by row: SummaryRow) -> Bool {
    guard let arm = work[row.loop(of: row.arm)], arm.count == 1 else { return false }
    return arm == work[row.loop(of: row.baseline)] && arm.contains { $0.contains { $0 != 0 } }
  }

  public var regressions: [Change] { changes.filter { $0.kind == .worse } }
  public var improvements: [Change] { changes.filter { $0.kind == .better } }
}

extension CodegenRow {
  typealias Fact = (name: String, count: KeyPath<CodegenRow, Int> & Sendable)

  /// What a processor has to do, whatever instructions ask for it: more of it is a regression.
  static let work: [Fact] = [
    ("conditional jumps", \.conditionalJumps), ("loads", \.loads), ("stores", \.stores),
    ("locked", \.locked), ("calls", \.calls), ("instructions", \.instructions),
  ]

  /// How the work is written down: other encodings of the same, and nops that align a jump's target.
  static let size: [Fact] = [("bytes", \.bytes)]

  /// The symbol without the role and layout that its last two parts are: all copies of a loop.
  var loop: String {
    let parts = symbol.split(separator: "__")
    return parts.count == 5 ? parts.dropLast(2).joined(separator: " ") : symbol
  }
}

extension CodeComparison.Change {
  /// "loads 8 -> 16", for each fact that differs.
  var differences: [String] {
    (CodegenRow.work + CodegenRow.size).compactMap { name, count in
      let (old, new) = (old[keyPath: count], new[keyPath: count])
      return old == new ? nil : "\(name) \(old) -> \(new)"
    }
  }
}

// MARK: - Text

extension CodeComparison {
  /// The loops with more work first, then those with less, then the rest; last the summary line.
  public func render() -> String { (sections + [summary]).joined(separator: "\n") + "\n" }

  var sections: [String] { sections(names: .max) }

  /// - Parameter most: how many loops each has at most.
  func sections(names most: Int) -> [String] {
    section("More work in \(names.new) than in \(names.old):", of: .worse, most)
      + section("Less work in \(names.new) than in \(names.old):", of: .better, most)
      + section("The same work in other bytes:", of: .rewritten, most)
  }

  private func section(_ title: String, of kind: Change.Kind, _ most: Int) -> [String] {
    let alike = changes.filter { $0.kind == kind }.grouped { [$0.new.loop] + $0.differences }
    guard !alike.isEmpty else { return [] }
    var lines = [title]
    for copies in alike.prefix(most) {
      let loop = "\(copies[0].new.loop): \(copies[0].differences.joined(separator: ", "))"
      let number = copies.count == 1 ? "" : " (\(copies.count) copies)"
      lines += (loop + number).wrapped(to: Comparison.columns - 2).map { "  " + $0 }
    }
    if alike.count > most { lines.append("  ... \(alike.count - most) more: --all") }
    return lines + [""]
  }

  /// Counts, and the bytes of the loops as the kernel's `scripts/bloat-o-meter` sums them up.
  var summary: String {
    let worse = regressions.count
    let better = improvements.count
    let rewritten = changes.count - worse - better
    return "Code of \((equal + changes.count).counted("timed loop")): \(worse) worse, "
      + "\(better) better, \(rewritten) rewritten, \(equal) equal; " + bloat
  }

  private var bloat: String {
    let grown = changes.map { $0.new.bytes - $0.old.bytes }
    let up = grown.filter { $0 > 0 } + added.map(\.bytes)
    let down = grown.filter { $0 < 0 } + removed.map { -$0.bytes }
    let (more, less) = (up.reduce(0, +), down.reduce(0, +))
    return "add/remove: \(added.count)/\(removed.count) "
      + "grow/shrink: \(up.count - added.count)/\(down.count - removed.count) "
      + "up/down: \(more)/\(less) (\(more + less))"
  }
}
