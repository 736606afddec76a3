import FoundationEssentials
import Text

extension Report {
  /// An entry for each ratio: what github-action-benchmark stores for each commit and draws. Ratios, not
  /// times, because they survive another runner.
  var githubBenchmark: String {
    let names = CellNames(table.compared)
    let entries = table.pairs.compactMap { Entry($0, names) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Numbers of rows are finite.
    let json = try? encoder.encode(entries)
    return String(decoding: json ?? Data("[]".utf8), as: UTF8.self) + "\n"
  }

  /// As its README has it.
  private struct Entry: Encodable {
    let name: String
    let unit = "ratio"
    let value: Double
    let range: String?
    let extra: String

    init?(_ pair: SummaryTable.Pair, _ names: CellNames) {
      let row = pair.new
      guard let ratio = row.ratio else { return nil }
      name = "\(row.operation).\(row.mode)/\(names[row])/\(row.arm)"
      value = ratio.toFourDigits
      range =
        if let low = row.ratioLo, let high = row.ratioHi {
          "\(low.toFourDigits.plain)..\(high.toFourDigits.plain)"
        } else {
          nil
        }
      let old = pair.old.map { "\($0.nsPerOp.nanoseconds) ns (\($0.arm)) -> " } ?? ""
      extra = [
        "\(old)\(row.nsPerOp.nanoseconds) ns", row.verdictText ?? "not judged",
      ].joined(separator: "\n")
    }
  }
}

extension Double {
  /// Rounded to four digits that mean something.
  fileprivate var toFourDigits: Double {
    guard isFinite, self != 0 else { return self }
    let digits = (0...12).first { magnitude * Self.power($0) >= 1000 } ?? 12
    return Double(fixed(digits)) ?? self
  }

  private static func power(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}
