import Measurement
import TimedLoops

extension CycleLength {
  /// The length of a cycle of this CPU, now: known by additions, where hardware counters are not to be
  /// had.
  ///
  /// Takes 32,000 cycles, about 8 us. What the clock costs is in both chains and drops out. A thread
  /// that is interrupted meanwhile gets a number too high or too low: take the median of many.
  ///
  /// - Returns: nil where interruptions left nothing, time after time.
  static func now() -> CycleLength? {
    for _ in 0..<attempts {
      if let length = once() { return length }
    }
    return nil
  }

  private static let attempts = 4

  private static func once() -> CycleLength? {
    let begin = MonotonicRawClock.now()
    _ = dependentAdditions(AdditionChain.short)
    let middle = MonotonicRawClock.now()
    _ = dependentAdditions(AdditionChain.long)
    let end = MonotonicRawClock.now()
    let (short, long) = (middle &- begin, end &- middle)
    guard long > short else { return nil }
    return CycleLength(elapsed: long - short, additions: AdditionChain.long - AdditionChain.short)
  }
}
