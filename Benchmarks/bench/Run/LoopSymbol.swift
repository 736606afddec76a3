import TimedLoops

/// The name of a timed loop, taken apart: operation, mode, arm, role and code layout.
struct LoopSymbol: Comparable {
  let name: String
  /// Operation and mode: loops of equal tasks can be compared.
  let task: String
  let arm: String
  /// Whether this is the copy that stands for all, of which the others differ in their place only.
  let isFirstCopy: Bool

  /// Nil for what `generate-loops` doesn't write.
  init?(_ name: String) {
    let parts = name.split(separator: "__")
    guard parts.count == 5, parts[3] == "arm" || parts[3] == "twin", Int(parts[4]) != nil else {
      return nil
    }
    self.name = name
    task = "\(parts[0]) \(parts[1])"
    arm = String(parts[2])
    isFirstCopy = parts[3] == "arm" && parts[4] == "0"
  }

  static func < (some: LoopSymbol, other: LoopSymbol) -> Bool { some.name < other.name }

  /// Every timed loop of this program.
  static let all = timedLoops.keys.compactMap { LoopSymbol($0) }.sorted()
}
