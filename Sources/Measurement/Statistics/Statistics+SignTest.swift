internal import Glibc

/// An interval for the median of what the values were drawn from; its ends are two of the values.
public struct OrderStatisticInterval: Equatable, Sendable {
  public let lower: Double
  public let upper: Double

  /// The probability that such an interval holds the median: at least the confidence asked for, and
  /// usually more, since order statistics come in whole ranks. Exact for continuous distributions,
  /// a lower bound where values tie.
  public let coverage: Double
}

extension Statistics {
  /// The exact interval for the median by the sign test: the narrowest pair of order statistics,
  /// equally far from both ends, that reaches `confidence` (between 0 and 1).
  ///
  /// It assumes that the values are independent and drawn from distributions with one common
  /// median, and nothing about their shapes.
  ///
  /// - Returns: Nil when even the smallest and largest value together do not reach `confidence`: at
  ///   0.95 that is fewer than `fewestValues(confidence:)`, which is 6.
  public static func signTestInterval(
    _ values: [Double],
    confidence: Double = 0.95
  ) -> OrderStatisticInterval? {
    let logLargestTail = log(largestTail(confidence: confidence))
    // Bisects for the most values that may be cut from each end; -1 when not even 0 may.
    var cut = -1
    var tooMany = values.count / 2 + 1
    while tooMany - cut > 1 {
      let middle = (cut + tooMany) / 2
      let logTail = logProbability(ofAtMost: middle, headsIn: values.count)
      if logTail <= logLargestTail { cut = middle } else { tooMany = middle }
    }
    guard cut >= 0 else { return nil }
    let sorted = values.sorted()
    return OrderStatisticInterval(
      lower: sorted[cut],
      upper: sorted[sorted.count - 1 - cut],
      coverage: 1 - 2 * exp(logProbability(ofAtMost: cut, headsIn: values.count))
    )
  }

  /// The fewest values from which `signTestInterval` can reach `confidence`.
  public static func fewestValues(confidence: Double) -> Int {
    Int(ceil(-log2(largestTail(confidence: confidence))))
  }

  /// The two-sided sign test: how probable are values at least as one-sided as these, if their
  /// distribution has median 0? Zeros speak for neither side and are left out.
  public static func signTest(_ values: [Double]) -> Double {
    let positive = values.count { $0 > 0 }
    let negative = values.count { $0 < 0 }
    let logTail = logProbability(
      ofAtMost: min(positive, negative),
      headsIn: positive + negative
    )
    return min(1, 2 * exp(logTail))
  }

  /// The logarithm of the probability of `heads` or fewer heads in `tosses` of a fair coin.
  ///
  /// The relative error of the probability stays below 1e-8 up to 100 000 tosses, however small it
  /// is. Time grows with the square root of `tosses`.
  public static func logProbability(ofAtMost heads: Int, headsIn tosses: Int) -> Double {
    if heads < 0 { return -.infinity }
    if heads >= tosses { return 0 }
    if heads > tosses / 2 {
      return log1p(-exp(logProbability(ofAtMost: tosses - heads - 1, headsIn: tosses)))
    }
    // Relative to the largest term, that of `heads` itself, the terms fall off geometrically, so
    // the sum needs no logarithms and ends where the rest no longer counts.
    var term = 1.0
    var sum = 1.0
    var count = heads
    while count > 0, term > sum * 1e-17 {
      term *= Double(count) / Double(tosses - count + 1)
      sum += term
      count -= 1
    }
    let logChoose = logFactorial(tosses) - logFactorial(heads) - logFactorial(tosses - heads)
    return min(0, logChoose - Double(tosses) * log(2) + log(sum))
  }

  /// What may be missed on each side.
  private static func largestTail(confidence: Double) -> Double {
    precondition(confidence > 0 && confidence < 1, "confidence lies between 0 and 1")
    return (1 - confidence) / 2
  }

  private static func logFactorial(_ number: Int) -> Double {
    lgamma(Double(number) + 1).0
  }
}
