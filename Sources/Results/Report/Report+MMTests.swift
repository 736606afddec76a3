import Text

extension Report {
  private typealias Statistic = (name: String, value: @Sendable (Replicates) -> Double?)

  private static let statistics: [Statistic] = [
    ("Min", { $0.minimum }), ("Amean", { $0.mean }), ("Stddev", { $0.standardDeviation }),
    ("CoeffVar", { $0.variation.map { 100 * $0 } }), ("Max", { $0.maximum }),
  ]

  /// The table of mmtests' compare-mmtests.pl for times: a line for each statistic and kind of cell,
  /// the gain over the old arm in percent beside it, between stars where the run came to a verdict
  /// that tells the arms apart. Behind the means what that verdict is.
  func mmtests(_ times: Replicates.Table) -> String {
    var lines = provenance + remarks
    let axes = Axis.telling(table.compared)
    for comparison in comparisons {
      let arm = comparison[0].new
      let labels = comparison.map { pair in
        axes.compactMap { $0.phrase(pair.new)?.slug }.joined(separator: "-")
      }
      let width = 8 + 1 + (labels.map(\.count).max() ?? 0)
      lines += [
        "", "\(arm.operation) \(arm.mode), ns per operation",
        "".padded(to: width, .left)
          + [arm.baseline, arm.arm].map { $0.padded(to: 23, .right) }.joined(),
      ]
      for (name, value) in Self.statistics {
        for (pair, label) in zip(comparison, labels) {
          let old = times[pair.old].flatMap(value)
          let new = times[pair.new].flatMap(value)
          let isTold =
            name == "Amean" && !pair.new.layoutsDisagree
            && (pair.new.verdict == .faster || pair.new.verdict == .slower)
          let conclusion =
            name == "Amean"
            ? [pair.new.ratioText, pair.new.verdictText].compactMap(\.self).joined(separator: " ")
            : ""
          lines.append(
            ("\(name.padded(to: 8, .left)) \(label)".padded(to: width, .left)
              + field(old, against: old, isTold: false) + field(new, against: old, isTold: isTold)
              + "  " + conclusion).trimmedAtEnd
          )
        }
      }
    }
    if let footnote = table.footnote { lines += ["", footnote] }
    return lines.joined(separator: "\n") + "\n"
  }

  /// "        0.53 ( -83.00%)": as wide where it is empty.
  private func field(_ value: Double?, against old: Double?, isTold: Bool) -> String {
    guard let value else { return "".padded(to: 23, .left) }
    let number = value.fixed(2).padded(to: 12, .right)
    guard let old, old != 0 else { return number.padded(to: 23, .left) }
    let gain = (100 * (old - value) / old).fixed(2).padded(to: 7, .right)
    return number + (isTold ? " *\(gain)%*" : " (\(gain)%)")
  }
}
