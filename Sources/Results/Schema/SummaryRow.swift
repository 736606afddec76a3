/// One arm of one cell: what was measured, where, and what came of it.
///
/// `nil` means not measured or not applicable. Times are nanoseconds per operation.
public struct SummaryRow: Equatable, Sendable {
  // Which run.

  public var schemaVersion = Schema.version
  public var runID: String
  public var timestamp: Timestamp
  public var commit: String?
  public var machineKey: String
  /// The cell's number in this run; joins `samples.csv`.
  public var cell: Int

  // Which cell and arm: the axes.

  public var operation: String
  public var mode: String
  /// The arm.
  public var encoding: String
  /// The arm that this one is compared with; the same as `encoding` in the baseline's own row.
  public var baseline: String
  /// The folio's order: it has 2^order pages.
  public var order: Int
  public var pageClass: String
  /// Percent of tail pages.
  public var mix: Double?
  public var predictability: String?
  public var pattern: String?
  /// Size of the struct pages that the operation walks over.
  public var footprintBytes: Int
  public var hugePages: Int?
  public var hvo: HVO?
  public var mapping: Mapping?
  public var cpuNode: Int?
  public var memoryNode: Int?
  public var templateNode: Int?
  /// Where the templates are, seen from the struct pages: remote or global; nil for local.
  public var templates: String?
  /// Where every other thread ran, if not on `cpuNode`.
  public var peerNode: Int?
  public var threads: Int

  // What was seen.

  /// Operations in one timed block.
  public var n: Int
  /// The median.
  public var nsPerOp: Double
  public var nsMin: Double
  public var nsIQR: Double
  /// `nsPerOp` less the null loop's.
  public var nsNet: Double?
  /// The arm's time over the baseline's: below 1 the arm is faster.
  public var ratio: Double?
  public var ratioLo: Double?
  public var ratioHi: Double?
  /// The relative difference up to which two arms count as the same.
  public var margin: Double?
  /// The smallest relative effect that this run could have told from none.
  public var smallestEffect: Double?
  public var verdict: Verdict?
  /// Interval of the ratio of the baseline's A/A twin.
  public var nullLo: Double?
  public var nullHi: Double?
  public var layoutsAgree: Bool?
  /// Share of the pages that are on the wanted node, 0 to 1.
  public var placement: Double?
  public var checksum: Checksum?
  /// The exact coverage of the sign-test interval that the interval of the ratio was widened from.
  public var coverage: Double?
  public var pValue: Double?
  public var rounds: Int
  public var processes: Int
  public var layouts: Int
  /// Medians, in user space.
  public var cyclesPerOp: Double?
  public var instructionsPerOp: Double?
  public var branchMissesPerOp: Double?

  /// A row with what every row must say; the rest is set afterwards where it was measured.
  public init(
    runID: String,
    timestamp: Timestamp,
    machineKey: String,
    cell: Int,
    operation: String,
    mode: String,
    encoding: String,
    baseline: String,
    order: Int,
    pageClass: String,
    footprintBytes: Int,
    threads: Int,
    n: Int,
    nsPerOp: Double,
    nsMin: Double,
    nsIQR: Double,
    rounds: Int,
    processes: Int,
    layouts: Int
  ) {
    self.runID = runID
    self.timestamp = timestamp
    self.machineKey = machineKey
    self.cell = cell
    self.operation = operation
    self.mode = mode
    self.encoding = encoding
    self.baseline = baseline
    self.order = order
    self.pageClass = pageClass
    self.footprintBytes = footprintBytes
    self.threads = threads
    self.n = n
    self.nsPerOp = nsPerOp
    self.nsMin = nsMin
    self.nsIQR = nsIQR
    self.rounds = rounds
    self.processes = processes
    self.layouts = layouts
  }
}

extension SummaryRow {
  /// Which folios of the system are optimised by HVO; decides the static key.
  public enum HVO: String, CaseIterable, Sendable {
    /// None: the key is off.
    case off
    /// Others than the measured ones: the key is on.
    case elsewhere
    /// The measured ones: the key is on.
    case on
  }

  /// What the memory map is mapped with.
  public enum Mapping: String, CaseIterable, Sendable {
    case small = "4k"
    case huge = "2m"
    case mixed
  }

  /// What the run says about an arm against its baseline.
  public enum Verdict: String, CaseIterable, Sendable {
    case faster, slower, same, unresolved
  }

  /// The row of the arm that the cell's other arms are compared with.
  public var isBaseline: Bool { encoding == baseline }
}
