import Measurement
import TimedLoops

extension TimedLoop {
  /// Walks a whole stream, a turn of the loop at a time.
  ///
  /// - Parameter base: the address of a map that has every page of the stream.
  /// - Returns: the first window whose answers are wrong, and their sum; nil where all are right.
  func firstWrongAnswer(_ stream: Stream, base: UInt) -> (window: Range<Int>, sum: UInt)? {
    for start in stride(from: 0, to: stream.count, by: unrolling) {
      let window = start..<start + unrolling
      let sum = walk(stream, window, base: base).sum
      if !stream.accepts(sum, window: window, origin: MapOrigin(base)) { return (window, sum) }
    }
    return nil
  }

  /// Walks a window of a stream once.
  ///
  /// - Parameter base: the address of a map that has every page of the stream.
  /// - Returns: the sum of the answers, and how long it took in nanoseconds.
  func walk(_ stream: Stream, _ window: Range<Int>, base: UInt) -> (sum: UInt, elapsed: UInt64) {
    precondition(window.count % unrolling == 0)
    return unsafe stream.steps.withUnsafeBufferPointer { (steps) in
      let first = unsafe steps.baseAddress! + window.lowerBound * stream.wordsPerStep
      let start = stream.starts[window.lowerBound]
      let begin = MonotonicRawClock.now()
      let sum = unsafe self(base: base, start: start, steps: first, count: window.count)
      return (sum, MonotonicRawClock.now() &- begin)
    }
  }
}
