internal import Glibc

extension Statistics {
  /// The interval by Student's t for the mean of what the values were drawn from, at `confidence`
  /// (between 0 and 1).
  ///
  /// It needs no more than two values, for it assumes what the sign test does not: that they are
  /// independent draws from one normal distribution. Then its coverage is exact.
  ///
  /// - Returns: Nil for fewer than two values, which have no spread.
  public static func studentTInterval(
    _ values: [Double],
    confidence: Double = 0.95
  ) -> ClosedRange<Double>? {
    guard values.count > 1 else { return nil }
    let (mean, standardError) = meanAndStandardError(values)
    let reach =
      standardError * studentT(confidence: confidence, degreesOfFreedom: values.count - 1)
    return mean - reach...mean + reach
  }

  /// The two-sided t test: how probable is a mean at least as far from 0, for its standard error,
  /// if the values are independent draws from one normal distribution of mean 0? The error
  /// stays below 1e-12; 1 where all values are 0.
  ///
  /// - Returns: Nil for fewer than two values, which have no spread.
  public static func studentTTest(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let (mean, standardError) = meanAndStandardError(values)
    let degreesOfFreedom = values.count - 1
    let angle = atan2(abs(mean), standardError * Double(degreesOfFreedom).squareRoot())
    return max(0, 1 - studentTProbability(angle: angle, degreesOfFreedom: degreesOfFreedom))
  }

  /// The one-sided t test of two samples: how probable is a mean so far above the others', if all are
  /// independent draws from one normal distribution? As exact as that of one sample; 1/2 where all values are equal.
  ///
  /// - Returns: Nil for fewer than two values on one side, which have no spread.
  public static func studentTTest(_ values: [Double], above others: [Double]) -> Double? {
    guard min(values.count, others.count) > 1 else { return nil }
    let degreesOfFreedom = values.count + others.count - 2
    let (mean, error) = meanAndStandardError(values)
    let (otherMean, otherError) = meanAndStandardError(others)
    func squares(_ error: Double, _ count: Int) -> Double {
      error * error * Double(count) * Double(count - 1)
    }
    let variance =
      (squares(error, values.count) + squares(otherError, others.count)) / Double(degreesOfFreedom)
    let distance = mean - otherMean
    let standardError = (variance * (1 / Double(values.count) + 1 / Double(others.count)))
      .squareRoot()
    guard distance != 0 else { return 0.5 }
    let angle = atan2(abs(distance), standardError * Double(degreesOfFreedom).squareRoot())
    let beyond = max(0, 1 - studentTProbability(angle: angle, degreesOfFreedom: degreesOfFreedom))
    return distance > 0 ? beyond / 2 : 1 - beyond / 2
  }

  private static func meanAndStandardError(
    _ values: [Double]
  ) -> (mean: Double, standardError: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / (count - 1) / count).squareRoot())
  }

  /// The t below which |t| stays with probability `confidence` (between 0 and 1), at one degree of
  /// freedom or more.
  ///
  /// The relative error stays below 1e-12 up to a confidence of 0.999; time grows with
  /// `degreesOfFreedom`.
  public static func studentT(confidence: Double, degreesOfFreedom: Int) -> Double {
    precondition(confidence > 0 && confidence < 1, "confidence lies between 0 and 1")
    precondition(degreesOfFreedom > 0, "a t needs a degree of freedom")
    // With t as the tangent of an angle, times sqrt(degreesOfFreedom), all t lie within a quarter
    // of a circle; it is bisected until doubles have no value between the ends.
    var low = 0.0
    var high = Double.pi / 2
    while true {
      let middle = (low + high) / 2
      guard low < middle, middle < high else { break }
      if studentTProbability(angle: middle, degreesOfFreedom: degreesOfFreedom) < confidence {
        low = middle
      } else {
        high = middle
      }
    }
    return Double(degreesOfFreedom).squareRoot() * tan(low)
  }

  /// The probability of |t| below tan(angle) * sqrt(degreesOfFreedom): the finite sums of
  /// Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
  private static func studentTProbability(angle: Double, degreesOfFreedom: Int) -> Double {
    let isOdd = !degreesOfFreedom.isMultiple(of: 2)
    let squaredCosine = cos(angle) * cos(angle)
    var term = isOdd ? cos(angle) : 1
    var sum = 0.0
    for denominator in stride(from: isOdd ? 3 : 2, through: degreesOfFreedom, by: 2) {
      sum += term
      term *= squaredCosine * Double(denominator - 1) / Double(denominator)
    }
    return isOdd ? 2 / .pi * (angle + sin(angle) * sum) : sin(angle) * sum
  }
}
