import Text

extension Report {
  /// The columns of the kernel test robot's mails: the old arm's mean with its standard deviation in
  /// percent, the change, the new arm's, the metric. Behind it what the run concluded.
  func lkp(_ times: Replicates.Table) -> String {
    var lines = provenance + remarks
    let axes = Axis.telling(table.compared)
    for arms in comparisons.grouped(by: { [$0[0].new.baseline, $0[0].new.arm] }) {
      let (old, new) = (arms[0][0].new.baseline, arms[0][0].new.arm)
      lines += [
        "", String(repeating: "=", count: 73), "arm:", "  \(old)", "  \(new)", "",
        old.padded(to: 16, .right) + " " + new.padded(to: 27, .right),
        "---------------- ---------------------------",
        "         %stddev     %change         %stddev",
        "             \\          |                \\",
      ]
      lines += arms.joined().map { pair in
        let metric = [pair.new.operation, pair.new.mode] + axes.compactMap { $0.phrase(pair.new) }
        let conclusion = [pair.new.ratioText, pair.new.verdictText].compactMap(\.self)
        return
          (value(times[pair.old], width: 10) + change(times[pair.old], times[pair.new])
          + value(times[pair.new], width: 11) + "  "
          + metric.map(\.slug).joined(separator: ".") + ".ns_per_op  "
          + conclusion.joined(separator: " ")).trimmedAtEnd
      }
    }
    if let footnote = table.footnote { lines += ["", footnote] }
    return lines.joined(separator: "\n") + "\n"
  }

  /// "      0.29 ±  2%": as wide where it is empty.
  private func value(_ times: Replicates?, width: Int) -> String {
    let mean = (times?.mean.nanoseconds ?? "").padded(to: width, .right)
    let variation = times?.variation.map { " ±\((100 * $0).fixed(0).padded(to: 3, .right))%" }
    return mean + (variation ?? "").padded(to: 6, .left)
  }

  private func change(_ old: Replicates?, _ new: Replicates?) -> String {
    guard let old, let new else { return "".padded(to: 11, .left) }
    let percent = 100 * (new.mean / old.mean - 1)
    return "\((percent < 0 ? "" : "+") + percent.fixed(1))%".padded(to: 11, .right)
  }
}
