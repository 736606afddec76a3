extension Statistics {
  /// Benjamini and Hochberg's adjusted p-values, in the order given: calling those that are at most
  /// q keeps the expected share of false calls among all calls at or below q.
  ///
  /// It holds for independent tests and for tests that depend on each other positively, as arms
  /// that share a baseline do. Benjamini and Yekutieli's variant, which holds under any dependence,
  /// multiplies p-values by about ln(count) + 0.6 more, 7.5 for a thousand arms. The sign test over
  /// a dozen groups has no p-value below 2^-11, so that factor would silence most runs, as a guard
  /// against a negative dependence that nothing here produces.
  public static func benjaminiHochberg(_ pValues: [Double]) -> [Double] {
    let fromLargest = pValues.indices.sorted { pValues[$0] > pValues[$1] }
    var adjusted = pValues
    var smallest = 1.0
    for (position, index) in fromLargest.enumerated() {
      let rank = pValues.count - position
      smallest = min(smallest, pValues[index] * Double(pValues.count) / Double(rank))
      adjusted[index] = smallest
    }
    return adjusted
  }
}
