public import Measurement
public import Vmemmap

/// One arm of one cell: what was measured, where, and what came of it.
///
/// What each property means stands in ``columns``, the data dictionary. `nil` means not measured or
/// not applicable.
public struct SummaryRow: Equatable, Sendable {
  // Which run.

  public var schemaVersion = Schema.version
  public var runID: String
  public var timestamp: Timestamp
  public var commit: String?
  public var machineKey: String
  public var label: String?
  public var cpu: String
  public var kernel: String?
  public var cell: Int

  // Which cell and arm.

  public var operation: String
  public var mode: String
  public var chain: Chain?
  public var arm: String
  public var role: ArmRole
  public var kernels: String?
  public var baseline: String
  public var order: Int
  public var population: String?
  public var pageClass: String
  public var mix: Double?
  public var predictability: String?
  public var pattern: String?
  public var footprintBytes: Int
  public var hugePages: Int?
  public var level: Level?
  public var hvo: HVOState?
  public var mapping: Mapping?
  public var cpuNode: Int?
  public var memoryNode: Int?
  public var templateNode: Int?
  public var templates: String?
  public var peerNode: Int?
  public var threads: Int
  public var readers: Int?

  // What was seen.

  public var iterations: Int
  public var rounds: Int
  public var processes: Int
  public var layouts: Int
  public var nsPerOp: Double
  public var nsMin: Double
  public var nsIQR: Double
  public var nsNet: Double?
  public var cycles: Double?
  public var ratio: Double?
  public var ratioLo: Double?
  public var ratioHi: Double?
  public var differenceNS: Double?
  public var differenceLo: Double?
  public var differenceHi: Double?
  public var differenceCycles: Double?
  public var differenceCyclesLo: Double?
  public var differenceCyclesHi: Double?
  public var margin: Double?
  public var smallestEffect: Double?
  public var verdict: Verdict?
  public var pValue: Double?
  public var coverage: Double?
  public var nullLo: Double?
  public var nullHi: Double?
  public var layoutsAgree: Bool?
  public var placement: Double?
  public var touchedBytes: Int?
  public var drift: Double?
  public var ties: Double?
  public var checksum: Checksum?
  public var countedCycles: Double?
  public var countedInstructions: Double?
  public var countedBranchMisses: Double?

  /// A row with what every row must say; the rest is set afterwards where it was measured.
  public init(
    runID: String,
    timestamp: Timestamp,
    machineKey: String,
    cpu: String,
    cell: Int,
    operation: String,
    mode: String,
    arm: String,
    role: ArmRole,
    baseline: String,
    order: Int,
    pageClass: String,
    footprintBytes: Int,
    threads: Int,
    iterations: Int,
    rounds: Int,
    processes: Int,
    layouts: Int,
    nsPerOp: Double,
    nsMin: Double,
    nsIQR: Double
  ) {
    self.runID = runID
    self.timestamp = timestamp
    self.machineKey = machineKey
    self.cpu = cpu
    self.cell = cell
    self.operation = operation
    self.mode = mode
    self.arm = arm
    self.role = role
    self.baseline = baseline
    self.order = order
    self.pageClass = pageClass
    self.footprintBytes = footprintBytes
    self.threads = threads
    self.iterations = iterations
    self.rounds = rounds
    self.processes = processes
    self.layouts = layouts
    self.nsPerOp = nsPerOp
    self.nsMin = nsMin
    self.nsIQR = nsIQR
  }
}

extension SummaryRow {
  /// A row of which nothing was measured: all figures are 0.
  public init(
    planned cell: Int, operation: String, mode: String, arm: String, role: ArmRole,
    baseline: String, order: Int, pageClass: String, footprintBytes: Int, threads: Int
  ) {
    self = .blank
    self.cell = cell
    self.operation = operation
    self.mode = mode
    self.arm = arm
    self.role = role
    self.baseline = baseline
    self.order = order
    self.pageClass = pageClass
    self.footprintBytes = footprintBytes
    self.threads = threads
  }

  /// What a chain of operations goes through, where each waits for the one before.
  public enum Chain: String, CaseIterable, Sendable {
    /// Through the answer as an address: the next needs its value.
    case data
    /// Through a branch on the answer: the next needs to know which way it went.
    case control
  }

  /// The nearest cache of the measuring CPU that holds what an operation touches.
  public enum Level: String, CaseIterable, Sendable {
    case l1d = "L1d"
    case l2 = "L2"
    case l3 = "L3"
    case beyond
  }

  /// What no other row of its run has.
  struct ID: Hashable, Sendable {
    let cell: Int
    let arm: String
  }

  var id: ID { ID(cell: cell, arm: arm) }

  /// The row of the arm that the cell's other arms are compared with.
  public var isBaseline: Bool { arm == baseline }
}
