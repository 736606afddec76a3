import Measurement
import TimedLoops

extension TimedLoop {
  /// Walks a window of a stream once.
  ///
  /// - Parameter base: the address of a map that has every page of the stream.
  /// - Returns: the sum of the answers, and how long it took in nanoseconds.
  func walk(_ stream: Stream, _ window: Range<Int>, base: UInt) -> (sum: UInt, elapsed: UInt64) {
    precondition(window.count % unrolling == 0)
    return unsafe stream.steps[window].withUnsafeBufferPointer { (steps) in
      let first = steps.baseAddress!
      let start = stream.starts[window.lowerBound]
      let begin = MonotonicRawClock.now()
      let sum = unsafe self(base: base, start: start, steps: first, count: window.count)
      return (sum, MonotonicRawClock.now() &- begin)
    }
  }
}
