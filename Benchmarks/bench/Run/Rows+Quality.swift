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
        row.smallestEffect.map {
          ("\(row.mode) \(row.level.map { "in \($0.rawValue)" } ?? "partly in L3")", $0)
        }
      })
    guard !classes.isEmpty else { return nil }
    return "smallest differences that would show, median (worst): "
      + classes.map { "\($0.label) \(percent($0.median)) (\(percent($0.worst)))" }
      .joined(separator: ", ")
  }

  private var drifting: String? {
    let bound = 0.02
    let drifts = compactMap { $0.drift.map(abs) }
    guard let largest = drifts.max() else { return nil }
    let level = Double(drifts.count { $0 <= bound }) / Double(drifts.count)
    return "drift after warm-up: first and last third of rounds within \(percent(bound)) in "
      + "\(percent(level)) of \(drifts.count) rows; the largest is \(percent(largest))"
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
