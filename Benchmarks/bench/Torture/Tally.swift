import Vmemmap

/// What came of operations.
struct Tally: Sendable {
  var operations = 0
  var taken = 0
  /// Stores to a read-only struct page; each was done again when the page was writable.
  var faults = 0
  /// Pages whose count was not what it had to be, when a reference was put or at the end.
  var wrongCounts = 0

  var refused: Int { operations - taken }

  /// Notes what an operation answered, and puts the reference that it took.
  mutating func note(taken hasTaken: Bool, from page: Page) {
    operations += 1
    guard hasTaken else { return }
    taken += 1
    // Whatever had the page before still has its own.
    if page.dropReferences(1) < 1 { wrongCounts += 1 }
  }

  static func += (sum: inout Tally, other: Tally) {
    sum.operations += other.operations
    sum.taken += other.taken
    sum.faults += other.faults
    sum.wrongCounts += other.wrongCounts
  }
}
