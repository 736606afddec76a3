/// Robust statistics: no normality assumed, no outlier dropped, nothing resampled.
public enum Statistics {
  /// The middle value, or the mean of the two middle values. Needs at least one value and no NaN.
  public static func median(_ values: [Double]) -> Double {
    quantile(values, 0.5)
  }

  /// The value below which `fraction` (0...1) of `values` lie, between two of them by linear
  /// interpolation (Hyndman and Fan's type 7, the default of NumPy and R).
  ///
  /// Needs at least one value and no NaN.
  public static func quantile(_ values: [Double], _ fraction: Double) -> Double {
    quantile(sorted: values.sorted(), fraction)
  }

  /// The distance between the quartiles, a spread that a quarter of outliers on either side leaves
  /// alone. Needs at least one value and no NaN.
  public static func interquartileRange(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return quantile(sorted: sorted, 0.75) - quantile(sorted: sorted, 0.25)
  }

  private static func quantile(sorted: [Double], _ fraction: Double) -> Double {
    precondition(!sorted.isEmpty, "no values, no quantile")
    precondition((0...1).contains(fraction), "a quantile is asked for by a fraction from 0 to 1")
    let position = fraction * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    let weight = position - Double(below)
    return sorted[below] * (1 - weight) + sorted[above] * weight
  }
}
