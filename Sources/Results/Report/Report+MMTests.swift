import Text

extension Report {
  private typealias Statistic = (name: String, value: @Sendable (Replicates) -> Double?)

  /// In the order of mmtests.
  private static let statistics: [Statistic] = [
    ("Min", { $0.minimum }), ("Amean", { $0.mean }), ("Stddev", { $0.standardDeviation }),
    ("CoeffVar", { $0.variation.map { 100 * $0 } }), ("Max", { $0.maximum }),
    ("BAmean-50", { $0.meanOfBest(50) }), ("BAmean-95", { $0.meanOfBest(95) }),
    ("BAmean-99", { $0.meanOfBest(99) }),
  ]

  private static let usual: Set = ["Amean", "CoeffVar"]

  /// The table of mmtests' compare-mmtests.pl for times: a line for each statistic and cell, the gain over
  /// the old arm in percent beside it, between stars where the run proved a difference that the code's
  /// place did not decide.
  func mmtests(_ times: Replicates.Table) -> String {
    let names = CellNames(table.compared)
    let statistics = Self.statistics.filter { isWhole || Self.usual.contains($0.name) }
    let nameWidth = statistics.map(\.name.count).max() ?? 0
    var lines = provenance + remarks
    for pairs in comparisons {
      let labels = pairs.map { names[$0.new].replacing(".", with: "-") }
      let width = nameWidth + 1 + (labels.map(\.count).max() ?? 0)
      let row = pairs[0].new
      let kernels = pairs[0].names
      // As mmtests has "6.18-vanilla": two lines, unless they say the same.
      let heads = [kernels, (row.baseline, row.arm)].map {
        "".padded(to: width, .left) + $0.0.padded(to: 23, .right) + $0.1.padded(to: 23, .right)
      }
      lines += ["", "\(row.operation) \(row.mode), ns per operation"]
      lines += heads[0] == heads[1] ? [heads[0]] : heads
      for (name, value) in statistics {
        for (pair, label) in zip(pairs, labels) {
          let old = times[pair.old].flatMap(value)
          let isTold =
            name == "Amean" && !pair.new.layoutsDisagree
            && (pair.new.verdict == .faster || pair.new.verdict == .slower)
          lines.append(
            ("\(name.padded(to: nameWidth, .left)) \(label)".padded(to: width, .left)
              + field(old, against: old, isTold: false)
              + field(times[pair.new].flatMap(value), against: old, isTold: isTold))
              .trimmedAtEnd)
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// "        0.53 ( -83.00%)": as wide where it is empty.
  private func field(_ value: Double?, against old: Double?, isTold: Bool) -> String {
    guard let value else { return "".padded(to: 23, .left) }
    let number = value.fixed(2).padded(to: 12, .right)
    guard let old else { return number.padded(to: 23, .left) }
    // Where there was nothing, mmtests says this.
    let gain = value == old ? 0 : old == 0 ? -99 : 100 - 100 * value / old
    let text = gain.fixed(2).padded(to: 7, .right)
    return number + (isTold ? " *\(text)%*" : " (\(text)%)")
  }
}
