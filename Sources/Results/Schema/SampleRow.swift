/// One timed block.
public struct SampleRow: Equatable, Sendable {
  /// The cell's number; joins `summary.csv`.
  public var cell: Int
  public var encoding: String
  public var role: Role
  public var process: Int
  public var block: Int
  public var round: Int
  /// The arm's place in its round, from 0.
  public var position: Int
  /// Which copy of the code was timed.
  public var layout: Int
  /// Operations in the block.
  public var iterations: Int
  public var elapsedNS: Int

  // What was counted meanwhile; `nil` where it was not.

  public var cycles: Int?
  public var instructions: Int?
  public var branches: Int?
  public var branchMisses: Int?
  /// Loads that missed the first-level data cache.
  public var l1dMisses: Int?
  /// Loads that missed the data TLB.
  public var dtlbMisses: Int?
  public var contextSwitches: Int?
  public var pageFaults: Int?

  /// A row with what every row must say; the counts are set afterwards.
  public init(
    cell: Int,
    encoding: String,
    role: Role,
    process: Int,
    block: Int,
    round: Int,
    position: Int,
    layout: Int,
    iterations: Int,
    elapsedNS: Int
  ) {
    self.cell = cell
    self.encoding = encoding
    self.role = role
    self.process = process
    self.block = block
    self.round = round
    self.position = position
    self.layout = layout
    self.iterations = iterations
    self.elapsedNS = elapsedNS
  }

  /// What the block was timed for.
  public enum Role: String, CaseIterable, Sendable {
    case baseline, arm
    /// The baseline's copy elsewhere, which shows the noise.
    case twin
    /// The loop with an empty operation.
    case null
  }
}

extension SampleRow: TableRow {
  static let columns: [Column<SampleRow>] = [
    Column("cell", \.cell),
    Column("encoding", \.encoding),
    Column("role", \.role),
    Column("process", \.process),
    Column("block", \.block),
    Column("round", \.round),
    Column("position", \.position),
    Column("layout", \.layout),
    Column("iterations", \.iterations),
    Column("elapsed_ns", \.elapsedNS),
    .added("cycles", \.cycles),
    .added("instructions", \.instructions),
    .added("branches", \.branches),
    .added("branch_misses", \.branchMisses),
    .added("l1d_misses", \.l1dMisses),
    .added("dtlb_misses", \.dtlbMisses),
    .added("context_switches", \.contextSwitches),
    .added("page_faults", \.pageFaults),
  ]

  static let blank = SampleRow(
    cell: 0,
    encoding: "",
    role: .baseline,
    process: 0,
    block: 0,
    round: 0,
    position: 0,
    layout: 0,
    iterations: 0,
    elapsedNS: 0
  )
}
