import Vmemmap

/// What came of operations.
struct Tally: Sendable {
  var operations = 0
  var taken = 0
  /// Stores to a read-only struct page; each was done again when the page was writable.
  var faults = 0
  /// Pages whose count was not what it had to be, and those that were freed twice.
  var wrongCounts = 0

  var refused: Int { operations - taken }

  mutating func note(taken hasTaken: Bool) {
    operations += 1
    if hasTaken { taken += 1 }
  }

  static func += (sum: inout Tally, other: Tally) {
    sum.operations += other.operations
    sum.taken += other.taken
    sum.faults += other.faults
    sum.wrongCounts += other.wrongCounts
  }
}
