import Text

extension Report {
  /// The kernel test robot's comparison, as lkp-tests prints it: for each operation and mode the common
  /// axes, the arms, and a line for each cell that changed, sorted by name. Means and standard
  /// deviations are over replicates; a deviation is told above 2 % only.
  func lkp(_ times: Replicates.Table) -> String {
    let names = CellNames(table.compared)
    let groups = table.pairs.grouped {
      [
        $0.new.baseline, $0.new.arm, $0.new.operation, $0.new.mode, $0.new.chain?.rawValue,
      ]
    }
    let told = groups.map { $0.filter(isTold) }.filter { !$0.isEmpty }
    var lines = provenance + remarks
    if told.isEmpty {
      lines += ["", "\(whyNothingIsTold(groups.flatMap(\.self))); all cells: --all"]
    }
    for pairs in told {
      lines += [""] + heading(pairs[0])
      lines += pairs.map { (names[$0.new], $0) }.sorted { $0.0 < $1.0 }.map { name, pair in
        line(times[pair.old], times[pair.new], "compound-head.\(name).ns")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Proven beyond the margin, and not by where the linker puts the code.
  private func isTold(_ pair: SummaryTable.Pair) -> Bool {
    isWhole || ([.faster, .slower].contains(Mark(pair.new)) && !pair.new.layoutsDisagree)
  }

  private func whyNothingIsTold(_ pairs: [SummaryTable.Pair]) -> String {
    let unjudged = pairs.count { $0.new.verdict == nil }
    let placed = pairs.count { $0.new.layoutsDisagree }
    let words: [String?] = [
      unjudged == pairs.count ? nil : "no cell changed beyond the margin",
      unjudged == 0 ? nil : "\(unjudged.counted("cell")) not judged, as of too few processes",
      placed == 0 ? nil : "\(placed.counted("cell")) decided by where the code lies",
    ]
    return words.compactMap(\.self).joined(separator: "; ")
  }

  private func heading(_ pair: SummaryTable.Pair) -> [String] {
    let row = pair.new
    let axes: [(name: String, value: String?)] = [
      ("chain", row.chain?.rawValue), ("cpu", row.cpu), ("mode", row.mode),
      ("operation", row.operation),
      ("tbox_group", row.label ?? row.machineKey), ("testcase", "compound-head-bench"),
    ]
    let told = axes.filter { $0.value != nil }
    let (old, new) = (row.baseline, row.arm)
    return [
      String(repeating: "=", count: 89),
      told.map(\.name).joined(separator: "/") + ":",
      "  " + told.compactMap { $0.value?.slug }.joined(separator: "/"),
      "",
      "arm: ",
      "  \(pair.old?.armInKernels ?? old)",
      "  \(row.armInKernels)",
      "",
      "\(old.prefix(16))".padded(to: 16, .right) + " "
        + "\(new.prefix(27))".padded(to: 27, .right) + " ",
      "---------------- --------------------------- ",
      "         %stddev     %change         %stddev",
      "             \\          |                \\  ",
    ]
  }

  /// "      0.24           +75.1%       0.41        compound-head.o9.head.one.hvo_off.ns"
  private func line(_ old: Replicates?, _ new: Replicates?, _ metric: String) -> String {
    let change =
      if let old, let new {
        "\((100 * (new.mean / old.mean - 1)).withSign(1))%".padded(to: 11, .right)
      } else {
        "".padded(to: 11, .left)
      }
    return value(old) + change + " " + value(new) + "  " + metric
  }

  /// "      3.94 ±  4%": as wide where it is empty.
  private func value(_ times: Replicates?) -> String {
    guard let times else { return "".padded(to: 16, .left) }
    let mean =
      times.mean < 1000 ? times.mean.fixed(2) : times.mean.rounded(.towardZero).plain
    let percent = 100 * (times.variation ?? 0)
    let deviation =
      percent > 2 ? " ±\(percent.rounded(.towardZero).plain.padded(to: 3, .right))%" : ""
    return mean.padded(to: 10, .right) + deviation.padded(to: 6, .left)
  }
}

extension Double {
  /// As C prints it with "%+f": zero has a sign, too.
  fileprivate func withSign(_ digits: Int) -> String {
    let text = fixed(digits)
    return text.hasPrefix("-") ? text : "+" + text
  }
}

extension SummaryRow {
  /// "mask (7.1 and later)": as the robot has a commit and its subject.
  fileprivate var armInKernels: String { arm + (kernels.map { " (\"Linux \($0)\")" } ?? "") }
}
