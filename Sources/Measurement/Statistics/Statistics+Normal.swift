internal import Glibc

extension Statistics {
  /// How probable a standard normal value at least as far from 0 is, whichever the side.
  public static func normalTest(_ z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }

  /// How far from 0 a standard normal value stays with probability `confidence` (between 0 and 1): 1.96
  /// at 0.95. The relative error stays below 1e-12.
  public static func normalReach(confidence: Double) -> Double {
    precondition(confidence > 0 && confidence < 1, "confidence lies between 0 and 1")
    var (low, high) = (0.0, 40.0)
    while true {
      let middle = (low + high) / 2
      guard low < middle, middle < high else { return low }
      if normalTest(middle) > 1 - confidence { low = middle } else { high = middle }
    }
  }
}
