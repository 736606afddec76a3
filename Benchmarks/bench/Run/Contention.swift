import Measurement
import Results
import Text

extension RunResults {
  /// The rows of `contention.csv`: of the cells that several threads measured.
  func contention() throws -> [ContentionRow] {
    var rows: [ContentionRow] = []
    var compared: [(row: Int, estimate: PairedEstimate, null: ClosedRange<Double>)] = []
    for result in cells where !result.reports.isEmpty && result.cell.threads > 1 {
      let contention = Contention(result, try result.rounds(journal))
      // Of all rounds in each mode: the twin, which tells modes, can't be judged by them.
      let twin = try contention.twin.flatMap { try contention.estimate($0, mode: 0, plan.rule) }
      for arm in contention.arms {
        for mode in contention.modes {
          guard var row = contention.row(arm, mode: mode) else { continue }
          if let twin, arm != contention.baseline, hasRatio(result, result.arms[arm]),
            let estimate = try contention.estimate(arm, mode: mode, plan.rule)
          {
            row.ratio = estimate.ratio
            row.ratioLo = estimate.lower
            row.ratioHi = estimate.upper
            if isPlaced(result) { compared.append((rows.count, estimate, twin.interval)) }
          }
          rows.append(row)
        }
      }
    }
    for (item, verdict) in zip(
      compared, plan.rule.verdicts(for: compared.map { ($0.estimate, $0.null) }))
    {
      rows[item.row].verdict = try? verdict.get()
    }
    return rows
  }
}

/// A cell of several threads, seen from all of them.
private struct Contention {
  private let result: CellResult
  private let rounds: [CellResult.Round]
  /// Where one mode ends and the other begins, in nanoseconds for all threads together: by the times of the
  /// baseline's twin, which is compared with nobody. By those of an arm or the baseline, a round's luck would
  /// decide its mode and be in its ratio, too.
  private let boundary: Double?

  init(_ result: CellResult, _ rounds: [CellResult.Round]) {
    self.result = result
    self.rounds = rounds
    let timed = result.cell.timedThreads
    boundary = result.arms.firstIndex { $0.role == .twin }.flatMap { twin in
      Modes.boundary(of: rounds.map { $0.together(twin, timed: timed) })
    }
  }

  var baseline: Int { result.arms.firstIndex { $0.role == .baseline }! }
  var twin: Int? { result.arms.firstIndex { $0.role == .twin } }
  /// Those that have rows.
  var arms: [Int] {
    result.arms.indices.filter { [.baseline, .arm].contains(result.arms[$0].role) }
  }

  /// 0 for all rounds, and where there are two modes, their numbers.
  var modes: [Int] { boundary == nil ? [0] : [0, 1, 2] }

  func row(_ arm: Int, mode: Int) -> ContentionRow? {
    let chosen = rounds.filter { isIn(mode, $0) }
    guard !chosen.isEmpty else { return nil }
    let (cell, timed) = (result.cell, result.cell.timedThreads)
    func median(_ value: (CellResult.Round) -> Double) -> Double { chosen.median(value)! }
    var row = ContentionRow(
      cell: result.planned.index, arm: result.arms[arm].name, mode: mode, threads: cell.threads,
      readers: cell.readers ?? 0, share: Double(chosen.count) / Double(rounds.count),
      nsTogether: median { $0.together(arm, timed: timed) }, nsSlowest: median { $0.time(arm) },
      fairness: median { round in
        let times = round.threads[arm].prefix(timed)
        return Double(times.min()!) / Double(times.max()!)
      })
    if timed < cell.threads {
      row.nsRead = median { round in
        let times = round.threads[arm].dropFirst(timed)
        return Double(times.reduce(0, +)) / Double(times.count) / Double(round.iterations)
      }
    }
    if mode == 0 {
      let failed = result.reports.values.compactMap {
        $0.failedSwaps.isEmpty ? nil : $0.failedSwaps[arm]
      }
      row.failedSwaps = failed.isEmpty ? nil : Statistics.median(failed)
    }
    return row
  }

  /// Against the baseline in the rounds of a mode; nil where these are too few.
  func estimate(
    _ arm: Int, mode: Int, _ rule: VerdictRule
  ) throws(EstimateError) -> PairedEstimate? {
    let timed = result.cell.timedThreads
    let baseline = baseline
    let paired = rounds.filter { isIn(mode, $0) }.map {
      PairedRound(
        process: $0.process, layout: $0.layout, block: $0.block,
        armTime: $0.together(arm, timed: timed),
        baselineTime: $0.together(baseline, timed: timed))
    }
    return try result.estimated { () throws(EstimateError) in
      try PairedEstimate(paired, rule: rule)
    }
  }

  private func isIn(_ mode: Int, _ round: CellResult.Round) -> Bool {
    guard mode > 0, let boundary, let twin else { return true }
    return (round.together(twin, timed: result.cell.timedThreads) < boundary) == (mode == 1)
  }
}

extension CellResult.Round {
  /// Nanoseconds for each operation of the timed threads together.
  fileprivate func together(_ arm: Int, timed: Int) -> Double {
    let rate = threads[arm].prefix(timed).reduce(0) { $0 + Double(iterations) / Double($1) }
    return 1 / rate
  }
}

// MARK: - In words

extension [ContentionRow] {
  /// A table of what threads did together, cell by cell; nothing where no cell had several.
  ///
  /// - Parameter rows: of the same run.
  func lines(beside rows: [SummaryRow]) -> [String] {
    let cells = Dictionary(rows.map { ($0.cell, $0) }) { first, _ in first }
    var lines: [String] = []
    for (cell, arms) in Dictionary(grouping: self, by: \.cell).sorted(by: { $0.key < $1.key }) {
      guard let summary = cells[cell] else { continue }
      var table = TextColumns([.left, .right, .right, .right, .right, .right, .right, .left])
      table.append([
        "arm", "together", "slowest", "fairness", "read", "failed", "ratio", "verdict",
      ])
      for row in arms { table.append(row.fields) }
      lines += ["", summary.contentionTitle] + table.rendered().map { "  " + $0 }
    }
    return lines.isEmpty
      ? []
      : lines + [
        "",
        "together: ns for each operation of all threads, one over the sum of their rates; fairness: the "
          + "fastest thread's time over the slowest one's; read: ns per read of the readers; failed: "
          + "compare-and-swaps for each reference, counted apart",
      ]
  }
}

extension ContentionRow {
  fileprivate var fields: [String] {
    [
      mode == 0 ? arm : "  mode \(mode), \(Int((share * 100).rounded())) %",
      nsTogether.nanoseconds, nsSlowest.nanoseconds, fairness.fixed(2),
      nsRead.map { $0.nanoseconds } ?? "", failedSwaps.map { $0.fixed(2) } ?? "",
      ratio.map {
        "\($0.fixed(2))x" + (ratioLo.map { " [\($0.fixed(2)), \((ratioHi ?? 0).fixed(2))]" } ?? "")
      }
        ?? "",
      verdict?.rawValue ?? "",
    ]
  }
}

extension SummaryRow {
  fileprivate var contentionTitle: String {
    let place =
      switch pattern {
      case "neighbours": "each on a struct page next to another's"
      case "apart": "each on a struct page far from others'"
      default: "all on the same pages"
      }
    return
      "\(operation) \(mode), order \(order), \(pageClass), HVO \(hvo?.rawValue ?? "-"): \(threads) threads"
      + (readers.map { ", \($0) of which only read" } ?? "") + ", \(place) (against \(baseline))"
  }
}
