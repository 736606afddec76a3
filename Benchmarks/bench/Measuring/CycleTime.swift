import Measurement
import TimedLoops

/// The time of a cycle of this CPU, now: known by additions, where hardware counters are not to be had.
///
/// Takes 32,000 cycles, about 8 us. What the clock costs is in both chains and drops out. A thread that
/// was interrupted meanwhile gets another number, even one below 0: take the median of many.
///
/// - Returns: nanoseconds.
func cycleTime() -> Double {
  let begin = MonotonicRawClock.now()
  _ = dependentAdditions(AdditionChain.short)
  let middle = MonotonicRawClock.now()
  _ = dependentAdditions(AdditionChain.long)
  let end = MonotonicRawClock.now()
  let (short, long) = (Double(middle &- begin), Double(end &- middle))
  return (long - short) / Double(AdditionChain.long - AdditionChain.short)
}
