import Measurement
import TimedLoops

/// Rounds of a cell: each arm once, in an order that favours none, over the same window.
struct Rounds {
  private let runner: CellRunner
  /// One for each layout.
  private var orders: [BalancedOrder]

  /// What one round timed.
  struct Timed {
    /// In the order in which they were timed.
    var blocks: [(arm: Int, elapsed: UInt64, counts: ThreadCounts)] = []
    /// How long a cycle was meanwhile; nil where that was not found out.
    let cycle: CycleLength?
  }

  init(_ runner: CellRunner, orders generator: SeededGenerator) {
    self.runner = runner
    orders = (0..<runner.setup.layouts).map {
      BalancedOrder(arms: runner.runs.count, generator: generator.stream(UInt64($0)))
    }
  }

  mutating func time(_ layout: Int, _ windows: inout Windows) throws(WrongAnswer) -> Timed {
    let window = windows.next { runner.flushColdArms() }
    var timed = Timed(cycle: CycleLength.now())
    for arm in orders[layout].next() {
      try runner.prepare(arm, layout, window)
      let (elapsed, counts) = try runner.countedPass(arm, layout, window)
      timed.blocks.append((arm, elapsed, counts))
    }
    return timed
  }
}

/// Which visits of a workload are timed next.
struct Windows {
  let length: Int
  private let visits: Int
  /// Whether what is timed must not have been visited since the caches were flushed.
  private let areVisitedOnce: Bool
  private var generator: SeededGenerator
  /// The windows still to come before the next flush; each has one before it that is left for the
  /// untimed pass.
  private var unvisited: [Int] = []

  init(visits: Int, length: Int, areVisitedOnce: Bool, _ generator: SeededGenerator) {
    self.visits = visits
    self.length = length
    self.areVisitedOnce = areVisitedOnce
    self.generator = generator
  }

  /// - Parameter flush: called where all were visited, before the first of them is visited again.
  mutating func next(flush: () -> Void) -> Range<Int> {
    let count = visits / length
    guard areVisitedOnce else { return window(generator.below(count)) }
    if unvisited.isEmpty {
      flush()
      unvisited = (0..<count / 2).map { 2 * $0 + 1 }
      generator.shuffle(&unvisited)
    }
    return window(unvisited.removeLast())
  }

  /// Takes all as visited: something else has read or written the maps.
  mutating func forget() { unvisited = [] }

  private func window(_ number: Int) -> Range<Int> {
    number * length..<(number + 1) * length
  }
}
