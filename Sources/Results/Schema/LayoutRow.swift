/// One arm's ratio in one copy of the timed loops: where copies at other addresses disagree, an answer
/// for each of them says more than one interval that holds all.
public struct LayoutRow: Equatable, Sendable {
  public var cell: Int
  public var arm: String
  public var layout: Int
  public var ratio: Double
  public var ratioLo: Double?
  public var ratioHi: Double?

  public init(
    cell: Int, arm: String, layout: Int, ratio: Double, interval: ClosedRange<Double>?
  ) {
    self.cell = cell
    self.arm = arm
    self.layout = layout
    self.ratio = ratio
    ratioLo = interval?.lowerBound
    ratioHi = interval?.upperBound
  }
}

extension LayoutRow: TableRow {
  static let columns: [Column<LayoutRow>] = [
    Column("cell", \.cell, in: .notNegative, "The cell's number in this run; joins summary.csv."),
    Column("arm", \.arm, "The arm that is compared with the cell's baseline."),
    Column("layout", \.layout, in: .notNegative, "Which copy of the code was timed."),
    Column("ratio", \.ratio, in: .positive, "Time over the baseline's in that copy, paired."),
    Column(
      "ratio_lo", \.ratioLo, in: .positive,
      "Lower end of its interval; those of all copies of an arm hold together."),
    Column("ratio_hi", \.ratioHi, in: .positive, "Upper end of its interval."),
  ]

  static let key = ["cell", "arm", "layout"]

  static let blank = LayoutRow(cell: 0, arm: "", layout: 0, ratio: 0, interval: nil)
}
