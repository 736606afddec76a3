/// Machine-code facts of one arm's operation, counted in the built binary.
public struct CodegenRow: Equatable, Sendable {
  public var arm: String
  public var symbol: String
  public var bytes: Int
  public var instructions: Int
  public var conditionalJumps: Int
  public var loads: Int
  public var stores: Int
  /// Instructions with a bus lock, written or implied.
  public var locked: Int
  public var calls: Int

  public init(
    arm: String,
    symbol: String,
    bytes: Int,
    instructions: Int,
    conditionalJumps: Int,
    loads: Int,
    stores: Int,
    locked: Int,
    calls: Int
  ) {
    self.arm = arm
    self.symbol = symbol
    self.bytes = bytes
    self.instructions = instructions
    self.conditionalJumps = conditionalJumps
    self.loads = loads
    self.stores = stores
    self.locked = locked
    self.calls = calls
  }
}

extension CodegenRow: TableRow {
  static let columns: [Column<CodegenRow>] = [
    Column(
      "arm", \.arm, "The arm whose loop this is; the word empty for the loop without an operation."),
    Column(
      "symbol", \.symbol,
      "The loop's symbol: operation, mode, arm, arm or twin, and the copy's number, between double "
        + "underscores."),
    Column("bytes", \.bytes, in: .fact, "Length of the loop in bytes."),
    Column(
      "instructions", \.instructions, in: .fact,
      "Instructions in the code of one turn, 8 operations: of all paths through it, and of loops within once; so "
        + "are the counts below."),
    Column("conditional_jumps", \.conditionalJumps, in: .fact, "Conditional jumps in one turn."),
    Column("loads", \.loads, in: .fact, "Loads in one turn."),
    Column("stores", \.stores, in: .fact, "Stores in one turn."),
    Column(
      "locked", \.locked, in: .fact,
      "Instructions with a bus lock, written or implied, in one turn."),
    Column("calls", \.calls, in: .fact, "Calls in one turn."),
  ]

  static let key = ["symbol"]

  static let blank = CodegenRow(
    arm: "", symbol: "", bytes: 0, instructions: 0, conditionalJumps: 0, loads: 0, stores: 0,
    locked: 0, calls: 0)
}

extension Bounds {
  /// No function is longer; sums over a file of such numbers fit into an `Int`.
  fileprivate static let fact = Bounds.from(0, to: Double(Int32.max))
}
