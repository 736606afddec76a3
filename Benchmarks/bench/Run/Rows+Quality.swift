import Measurement
import Results

extension [SummaryRow] {
  /// How sure the rows are: what was resolved in each class of cells, what kept drifting, where the
  /// clock was too coarse, and why rows have no verdict.
  func linesOnQuality(fewestProcesses: Int) -> [String] {
    [resolved, drifting, tied].compactMap(\.self) + unjudged(fewestProcesses)
  }

  /// By mode and place in the caches, because one easy cell says little of the others.
  private var resolved: String? {
    let classes = ClassSensitivity.byClass(
      compactMap { row in
        row.smallestEffect.map { ("\(row.mode) \(place(of: row))", $0) }
      })
    guard !classes.isEmpty else { return nil }
    return "smallest differences that would show, median (worst): "
      + classes.map { "\($0.label) \(percent($0.median)) (\(percent($0.worst)))" }
      .joined(separator: ", ")
  }

  private var drifting: String? {
    let bound = 0.02
    let drifts = compactMap { row in row.drift.map { (place: place(of: row), size: abs($0)) } }
    guard let largest = drifts.map(\.size).max() else { return nil }
    let places = drifts.map(\.place).uniqued().map { place in
      let here = drifts.filter { $0.place == place }.map(\.size)
      let level = Double(here.count { $0 <= bound }) / Double(here.count)
      return "\(percent(level)) of \(here.count.counted("row")) \(place)"
    }
    return "drift after warm-up: first and last third of rounds within \(percent(bound)) in "
      + places.joined(separator: ", ") + "; the largest is \(percent(largest))"
  }

  /// Where in the caches.
  private func place(of row: SummaryRow) -> String {
    switch row.level {
    case .beyond: "beyond the caches"
    case let level?: "in \(level.rawValue)"
    case nil: "partly in L3"
    }
  }

  private var tied: String? {
    let often = 0.1
    let ties = compactMap(\.ties)
    guard let most = ties.max(), most > often else { return nil }
    return
      "clock ties: \(ties.count { $0 > often }) rows have more than \(percent(often)) of rounds in "
      + "which the clock did not tell arm and baseline apart, at most \(percent(most))"
  }

  private func unjudged(_ fewestProcesses: Int) -> [String] {
    let rows = filter { $0.ratio != nil && $0.verdict == nil }
    let few = rows.filter { $0.processes < fewestProcesses }
    let unplaced = rows.count - few.count
    var lines: [String] = []
    if let row = few.max(by: { $0.processes < $1.processes }) {
      let why = NoVerdict.tooFewProcesses(found: row.processes, needed: fewestProcesses)
      lines.append("\(few.count) rows: \(why); take more with --processes")
    }
    if unplaced > 0 {
      lines.append(
        """
        \(unplaced) rows have no verdict: their memory was not all on its node (placement below 1), or \
        automatic NUMA balancing moves it; --accept-placement gives them one
        """)
    }
    return lines
  }
}
