/// How many operations make a timed block that is long enough: one number for all arms and all
/// processes of a cell.
///
/// Passes are timed at a number of operations until enough of them in a row took what is aimed at;
/// one that took less doubles the number, as often as its own time asks for, and the count of
/// passes starts again. So the number is never worked out from a shorter pass alone, whose cold
/// start makes operations look dearer than they are. The first process of a cell settles it, and
/// hands `iterations` on: blocks of different lengths are not the same measurement.
///
/// ```swift
/// while !block.isSettled {
///   for arm in arms { block.add(elapsed: time(arm, block.iterations)) }
/// }
/// ```
public struct BlockLength: Equatable, Sendable {
  /// What a block takes at least, in nanoseconds: 2000 steps of a clock that advances every 10 ns,
  /// and some 800 times what reading it costs there.
  public static let promised: UInt64 = 20_000

  /// What a pass must take while the number is being settled: a quarter more than is promised,
  /// since arms become faster as they warm up, and other processes have other luck.
  public static let aim: UInt64 = promised + promised / 4

  /// Operations in a block.
  public private(set) var iterations: Int

  /// The most operations that a block may have.
  public let most: Int

  /// How many passes in a row have to take what is aimed at.
  public let passes: Int

  /// Passes in a row that did.
  private var longPasses = 0

  /// - Parameters:
  ///   - fewest: operations of the first pass, at least 1.
  ///   - most: `fewest` times a power of two, as blocks then divide a workload of `most` or more.
  ///   - passes: at least 1; three of each arm, to have seen each of them warm.
  public init(fewest: Int, most: Int, passes: Int) {
    precondition(fewest > 0 && passes > 0, "a block has operations, and is passed at least once")
    precondition(
      most.isMultiple(of: fewest) && (most / fewest).nonzeroBitCount == 1,
      "the most operations are the fewest, doubled any number of times")
    iterations = fewest
    self.most = most
    self.passes = passes
  }

  /// Whether the number is found: blocks of it are long enough, or it can't be larger.
  public var isSettled: Bool { longPasses >= passes || iterations == most }

  /// Takes the time of a pass over `iterations` operations, in nanoseconds.
  public mutating func add(elapsed: UInt64) {
    guard elapsed < BlockLength.aim else {
      longPasses += 1
      return
    }
    longPasses = 0
    var expected = max(elapsed, 1)
    while expected < BlockLength.aim && iterations < most {
      expected *= 2
      iterations *= 2
    }
  }
}
