/// One timed block; what each property means stands in ``columns``.
///
/// `nil` means not counted.
public struct SampleRow: Equatable, Sendable {
  public var cell: Int
  public var arm: String
  public var part: Part
  public var process: Int
  public var block: Int
  public var round: Int
  public var position: Int
  public var layout: Int
  public var iterations: Int
  public var elapsedNS: Int
  public var cycleNS: Double?
  public var cycles: Int?
  public var instructions: Int?
  public var branches: Int?
  public var branchMisses: Int?
  public var l1dMisses: Int?
  public var dtlbMisses: Int?
  public var contextSwitches: Int?
  public var pageFaults: Int?

  /// A row with what every row must say; the counts are set afterwards.
  public init(
    cell: Int,
    arm: String,
    part: Part,
    process: Int,
    block: Int,
    round: Int,
    position: Int,
    layout: Int,
    iterations: Int,
    elapsedNS: Int
  ) {
    self.cell = cell
    self.arm = arm
    self.part = part
    self.process = process
    self.block = block
    self.round = round
    self.position = position
    self.layout = layout
    self.iterations = iterations
    self.elapsedNS = elapsedNS
  }

  /// What a block is timed for.
  public enum Part: String, Codable, CaseIterable, Sendable {
    /// What ratios refer to.
    case baseline
    case arm
    /// A second copy of the baseline: what it differs by is noise.
    case twin
    /// The loop without an operation.
    case empty
  }
}

extension SampleRow: TableRow {
  static let columns: [Column<SampleRow>] = [
    Column("cell", \.cell, in: .notNegative, "The cell's number in this run; joins summary.csv."),
    Column(
      "arm", \.arm, "The arm that was timed; the word empty for the loop without an operation."),
    Column(
      "part", \.part,
      "What the block was timed for; twin is a second copy of the baseline, empty the loop "
        + "without an operation."),
    Column("process", \.process, in: .notNegative, "Which process of the run timed it."),
    Column("block", \.block, in: .notNegative, "Which run of consecutive rounds it is in."),
    Column("round", \.round, in: .notNegative, "Which round of the process and cell it is in."),
    Column("position", \.position, in: .notNegative, "The arm's place in its round, from 0."),
    Column("layout", \.layout, in: .notNegative, "Which copy of the code was timed."),
    Column("iterations", \.iterations, in: .fromOne, "Operations in the block."),
    Column("elapsed_ns", \.elapsedNS, in: .fromOne, "Time of the whole block in nanoseconds."),
    Column(
      "cycle_ns", \.cycleNS, in: .positive,
      "Length of a cycle in the block's round, in nanoseconds, by a chain of additions."),
    Column("cycles", \.cycles, in: .notNegative, "Hardware counter: cycles in user space."),
    Column("instructions", \.instructions, in: .notNegative, "Hardware counter: instructions."),
    Column("branches", \.branches, in: .notNegative, "Hardware counter: branches."),
    Column(
      "branch_misses", \.branchMisses, in: .notNegative, "Hardware counter: mispredicted branches."),
    Column(
      "l1d_misses", \.l1dMisses, in: .notNegative,
      "Hardware counter: loads that missed the first-level data cache."),
    Column(
      "dtlb_misses", \.dtlbMisses, in: .notNegative,
      "Hardware counter: loads that missed the data TLB."),
    Column(
      "context_switches", \.contextSwitches, in: .notNegative, "Context switches of the thread."),
    Column("page_faults", \.pageFaults, in: .notNegative, "Page faults of the thread."),
  ]

  static let key = ["cell", "arm", "part", "process", "round"]

  static let blank = SampleRow(
    cell: 0, arm: "", part: .baseline, process: 0, block: 0, round: 0, position: 0, layout: 0,
    iterations: 0, elapsedNS: 0)
}
