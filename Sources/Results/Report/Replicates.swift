import Measurement

/// The times of one arm's replicates in one cell, in nanoseconds per operation.
///
/// A replicate is the median of what one process timed in one block with one layout of the code: what
/// other tools repeat a whole run for. Single rounds are none, because a mean of those tells more of
/// who else had the CPU than of the arm.
struct Replicates {
  let minimum: Double
  /// The arithmetic mean.
  let mean: Double
  /// Of the sample, over n - 1; nil of a single replicate.
  let standardDeviation: Double?
  let maximum: Double
  /// The fastest first.
  private let sorted: [Double]

  /// The deviation as a share of the mean.
  var variation: Double? { standardDeviation.map { $0 / mean } }

  /// The mean of the fastest, so many percent of all; nil where that is none.
  func meanOfBest(_ percent: Int) -> Double? {
    let best = sorted.prefix(sorted.count * percent / 100)
    return best.isEmpty ? nil : best.reduce(0, +) / Double(best.count)
  }

  init?(_ times: [Double]) {
    // In an order of its own, so that sums are the same in whatever order they come.
    sorted = times.sorted()
    guard let minimum = sorted.first, let maximum = sorted.last else { return nil }
    self.minimum = minimum
    self.maximum = maximum
    let mean = sorted.reduce(0, +) / Double(times.count)
    self.mean = mean
    let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardDeviation = times.count > 1 ? (squares / Double(times.count - 1)).squareRoot() : nil
  }
}

extension Replicates {
  /// Those of all arms of a run, by cell and arm.
  struct Table {
    private let replicates: [SummaryRow.ID: Replicates]

    /// From the samples that the run kept of its baselines and arms.
    /// - Throws: what ``Run/forEachSample(_:)`` throws.
    init(of run: Run) throws(ResultsError) {
      var times: [SummaryRow.ID: [[Int]: [Double]]] = [:]
      try run.forEachSample { sample in
        guard sample.part == .baseline || sample.part == .arm else { return }
        let arm = SummaryRow.ID(cell: sample.cell, arm: sample.arm)
        let replicate = [sample.process, sample.layout, sample.block]
        times[arm, default: [:]][replicate, default: []]
          .append(Double(sample.elapsedNS) / Double(sample.iterations))
      }
      replicates = times.compactMapValues { Replicates($0.values.map { Statistics.median($0) }) }
    }

    /// Nil where nothing was kept of the row's arm.
    subscript(_ row: SummaryRow?) -> Replicates? {
      row.flatMap { replicates[$0.id] }
    }
  }
}
