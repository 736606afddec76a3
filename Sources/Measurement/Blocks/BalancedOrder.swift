/// Random orders of the arms of a cell, round after round, that favour no arm.
///
/// Orders come in squares of as many consecutive rounds as there are arms. Within each square every
/// arm stands exactly once in every position, so a drift over the rounds or a penalty for going
/// first falls on all arms alike. They are Williams squares: every arm also follows every other arm
/// equally often, which cancels what one arm leaves behind in caches and predictors for the next.
/// That takes one square for an even number of arms (two arms: ABBA or BAAB) and two successive
/// squares for an odd number. Rows and labels are drawn anew for each square or pair of squares.
///
/// What the last arm of a round leaves for the first arm of the next is random, not balanced. Stop
/// at a multiple of `period` rounds to keep the balance whole.
public struct BalancedOrder: Sendable {
  /// Rounds after which positions and successions are balanced exactly.
  public var period: Int { arms.isMultiple(of: 2) ? arms : 2 * arms }

  private let arms: Int
  private var generator: SeededGenerator
  private var pending: ArraySlice<[Int]> = []

  /// Orders of the arms 0, 1, ..., `arms` - 1, with at least one arm.
  public init(arms: Int, generator: SeededGenerator) {
    precondition(arms > 0, "an order needs at least one arm")
    self.arms = arms
    self.generator = generator
  }

  /// The next round's arms in the order in which to run them.
  public mutating func next() -> [Int] {
    if pending.isEmpty { pending = drawSquares()[...] }
    return pending.removeFirst()
  }

  private mutating func drawSquares() -> [[Int]] {
    var labels = Array(0..<arms)
    generator.shuffle(&labels)
    var square = (0..<arms).map { shift in
      williamsRow.map { labels[($0 + shift) % arms] }
    }
    generator.shuffle(&square)
    guard !arms.isMultiple(of: 2) else { return square }
    var mirrored = square.map { Array($0.reversed()) }
    generator.shuffle(&mirrored)
    return square + mirrored
  }

  /// 0, 1, n-1, 2, n-2, ...: the steps between neighbours are all different modulo n when n is even;
  /// when n is odd they are so together with the steps of the mirrored row.
  private var williamsRow: [Int] {
    (0..<arms).map { $0.isMultiple(of: 2) ? (arms - $0 / 2) % arms : ($0 + 1) / 2 }
  }
}
