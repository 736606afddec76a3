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
    Column("arm", \.arm),
    Column("symbol", \.symbol),
    Column("bytes", \.bytes),
    Column("instructions", \.instructions),
    Column("conditional_jumps", \.conditionalJumps),
    Column("loads", \.loads),
    Column("stores", \.stores),
    Column("locked", \.locked),
    Column("calls", \.calls),
  ]

  static let blank = CodegenRow(
    arm: "",
    symbol: "",
    bytes: 0,
    instructions: 0,
    conditionalJumps: 0,
    loads: 0,
    stores: 0,
    locked: 0,
    calls: 0
  )
}
