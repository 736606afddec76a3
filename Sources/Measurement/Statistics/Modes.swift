internal import Glibc

/// Two ways in which the same code runs, where times show two.
///
/// Threads that write to one line hand it on in one way for a while and in another one then, and a median
/// of both says how often each was met rather than how long either takes.
public enum Modes {
  /// Each mode has at least this share of the times.
  static let smallestShare = 0.1
  /// Their medians are at least so far apart, as a ratio.
  static let smallestRatio = 1.1
  /// And by so many times the interquartile range of the wider one, in logarithms.
  static let smallestDistance = 4.0

  /// The time between two modes; nil where the times show one only.
  ///
  /// The split is the one of least variance within its sides (Otsu's), of logarithms. Costs a sort.
  ///
  /// - Parameter times: above 0, in any order.
  public static func boundary(of times: [Double]) -> Double? {
    let logs = times.map { log($0) }.sorted()
    let fewest = max(2, Int((Double(logs.count) * smallestShare).rounded(.up)))
    guard logs.count >= 2 * fewest else { return nil }
    let total = logs.reduce(0, +)
    var (below, best): (Double, (count: Int, variance: Double)) = (0, (0, -.infinity))
    for count in 1..<logs.count {
      below += logs[count - 1]
      let (n, rest) = (Double(count), Double(logs.count - count))
      // Between the sides; what is left is within them.
      let difference = below / n - (total - below) / rest
      let variance = n * rest * difference * difference
      if variance > best.variance { best = (count, variance) }
    }
    let sides = [Array(logs[..<best.count]), Array(logs[best.count...])]
    guard sides.allSatisfy({ $0.count >= fewest }) else { return nil }
    let distance = Statistics.median(sides[1]) - Statistics.median(sides[0])
    let spread = sides.map { Statistics.interquartileRange($0) }.max()!
    guard distance >= log(smallestRatio), distance >= smallestDistance * spread else { return nil }
    return exp((sides[0].last! + sides[1].first!) / 2)
  }
}
