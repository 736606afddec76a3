import Foundation
import Results
import Vmemmap

/// What others measured, to stand beside what is measured here.
enum PublishedFigures {
  /// `compound_head()` on a head with the static key on: Muchun Song, linux-mm, 2021-11-01, 10 million
  /// calls each.
  private static let withoutTest = 2.11  // ns
  private static let withTest: [(pageClass: PageClass, nanoseconds: Double)] = [
    (.headUnaligned, 2.54), (.headAligned, 2.97),
  ]

  /// The figures of 2021 beside the rows that answer the same question; none without such rows.
  static func lines(beside rows: [SummaryRow]) -> [String] {
    let answers = rows.filter { row in
      row.baseline == PointerEncoding.name && row.role == .old && row.ratio != nil
        && withTest.contains { $0.pageClass.rawValue == row.pageClass }
    }
    guard !answers.isEmpty else { return [] }
    var lines = [
      "heads with the static key on, time over that without the fake-head test "
        + "(2021: Muchun Song, \(withoutTest) ns without it):"
    ]
    for row in answers {
      guard let figure = withTest.first(where: { $0.pageClass.rawValue == row.pageClass }),
        let ratio = row.ratio, let low = row.ratioLo, let high = row.ratioHi
      else { continue }
      lines.append(
        String(
          format: "  %@, %@, %@: 2021 %.2f ns, %.2fx; here %.2f ns, %.2fx [%.2f, %.2f]",
          row.pageClass, row.mode, row.arm, figure.nanoseconds,
          figure.nanoseconds / withoutTest, row.nsPerOp, ratio, low, high))
    }
    return lines
  }
}
