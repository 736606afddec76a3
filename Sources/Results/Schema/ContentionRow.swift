public import Measurement

/// What several threads did at once in one arm of one cell: of all its rounds, and of each mode that its
/// times show.
public struct ContentionRow: Equatable, Sendable {
  public var cell: Int
  public var arm: String
  public var mode: Int
  public var threads: Int
  public var readers: Int
  public var share: Double
  public var nsTogether: Double
  public var nsSlowest: Double
  public var fairness: Double
  public var nsRead: Double?
  public var failedSwaps: Double?
  public var ratio: Double?
  public var ratioLo: Double?
  public var ratioHi: Double?
  public var verdict: Verdict?

  public init(
    cell: Int, arm: String, mode: Int, threads: Int, readers: Int, share: Double,
    nsTogether: Double, nsSlowest: Double, fairness: Double
  ) {
    self.cell = cell
    self.arm = arm
    self.mode = mode
    self.threads = threads
    self.readers = readers
    self.share = share
    self.nsTogether = nsTogether
    self.nsSlowest = nsSlowest
    self.fairness = fairness
  }
}

extension ContentionRow: TableRow {
  static let columns: [Column<ContentionRow>] = [
    Column("cell", \.cell, in: .notNegative, "The cell's number in this run; joins summary.csv."),
    Column("arm", \.arm, "The arm that ran in all threads that do the operation."),
    Column(
      "mode", \.mode, in: .from(0, to: 2),
      "0 for all rounds; where the times of the baseline's twin show two modes, 1 for the rounds in which it was "
        + "in the faster and 2 for those in which it was in the slower one. Other arms may differ in the other "
        + "direction."),
    Column("threads", \.threads, in: Bounds(lower: 2), "Threads at once, readers included."),
    Column("readers", \.readers, in: .notNegative, "Threads that do nothing but read the count."),
    Column("share", \.share, in: .share, "The mode's share of the arm's rounds."),
    Column(
      "ns_together", \.nsTogether, in: .positive,
      "Nanoseconds for each operation of all threads together, while all are at it: one over the sum of "
        + "their rates. Readers count only where all threads read. The median, here as below, of the "
        + "processes' medians of rounds."),
    Column(
      "ns_slowest", \.nsSlowest, in: .positive,
      "Nanoseconds per operation in the slowest thread of a round; the median."),
    Column(
      "fairness", \.fairness, in: .share,
      "The fastest thread's time over the slowest one's in a round, the median: 1 is fair."
    ),
    Column(
      "ns_read", \.nsRead, in: .notNegative,
      "Nanoseconds per read of the readers, the median; empty where nobody else is timed."
    ),
    Column(
      "failed_swaps", \.failedSwaps, in: .notNegative,
      "Compare-and-swaps that failed for each reference taken, counted apart from the timed loops in code "
        + "with a counter; empty for one mode, beside readers, and where the arm takes no reference."
    ),
    Column(
      "ratio", \.ratio, in: .positive, "ns_together over the baseline's in the same rounds, paired."
    ),
    Column("ratio_lo", \.ratioLo, in: .positive, "Lower end of its interval."),
    Column("ratio_hi", \.ratioHi, in: .positive, "Upper end of its interval."),
    Column(
      "verdict", \.verdict,
      "As in summary.csv, of ns_together, and of the mode's rounds."),
  ]

  static let key = ["cell", "arm", "mode"]

  static let blank = ContentionRow(
    cell: 0, arm: "", mode: 0, threads: 2, readers: 0, share: 0, nsTogether: 0, nsSlowest: 0,
    fairness: 0)
}
