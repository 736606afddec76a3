import Measurement
import TimedLoops

/// Rounds of a cell: each arm once, in an order that favours none, over the same window.
struct Rounds {
  private let runner: CellRunner
  /// One for each layout.
  private var orders: [BalancedOrder]

  struct Block {
    let arm: Int
    /// Nanoseconds, of several threads in the slowest.
    let elapsed: UInt64
    /// In each of several threads.
    let threads: [UInt64]
    let counts: ThreadCounts
  }

  /// What one round timed.
  struct Timed {
    /// In the order in which they were timed.
    var blocks: [Block] = []
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
    let window = windows.next { runner.flushColdArms($0) }
    var timed = Timed(cycle: CycleLength.now())
    for arm in orders[layout].next() {
      try runner.prepare(arm, layout, window)
      let (elapsed, threads, counts) = try runner.countedPass(arm, layout, window)
      timed.blocks.append(Block(arm: arm, elapsed: elapsed, threads: threads, counts: counts))
    }
    return timed
  }
}

/// Which visits of a workload are timed next.
struct Windows {
  let length: Int
  private let visits: Int
  /// Whether what is timed must not have been visited since it was driven out of the caches.
  private let areVisitedOnce: Bool
  private var generator: SeededGenerator
  /// The pairs of windows still to come before pairs are flushed again: of each the first is for the
  /// untimed pass.
  private var flushed: [Int] = []
  private var pairs: [Int] = []

  /// How many pairs are flushed at a time, and then timed in the same order: so each time as many
  /// others come between, which have the translations of addresses that a flush leaves behind out of
  /// the way. The other way round, the copy of the code that is first after a flush would find them.
  private static let pairsPerFlush = 8

  init(visits: Int, length: Int, areVisitedOnce: Bool, _ generator: SeededGenerator) {
    self.visits = visits
    self.length = length
    self.areVisitedOnce = areVisitedOnce
    self.generator = generator
  }

  /// - Parameter flush: called with visits, all of which are new to the caches then.
  mutating func next(flush: ([Range<Int>]) -> Void) -> Range<Int> {
    let count = visits / length
    guard areVisitedOnce else { return window(generator.below(count)) }
    if flushed.isEmpty {
      if pairs.isEmpty {
        pairs = Array(0..<count / 2)
        generator.shuffle(&pairs)
      }
      flushed = Array(pairs.suffix(Windows.pairsPerFlush))
      pairs.removeLast(flushed.count)
      flush(flushed.map { 2 * $0 * length..<2 * ($0 + 1) * length })
    }
    return window(2 * flushed.removeFirst() + 1)
  }

  private func window(_ number: Int) -> Range<Int> {
    number * length..<(number + 1) * length
  }
}
