public import Host

/// What `meta.json` says of a run; keys that this version does not know are ignored.
public struct Meta: Codable, Equatable, Sendable {
  public var schemaVersion = Schema.version
  /// The run directory's name; set when it is made.
  public var runID = ""
  public var status = Status.running
  /// Why the run was interrupted or failed.
  public var statusReason: String?
  public var started: Timestamp
  public var finished: Timestamp?
  public var commit: String?
  /// The work tree held changes that are not in `commit`.
  public var dirty: Bool?
  public var commandLine: [String]
  public var seed: UInt64
  public var compiler: Compiler
  public var machine: Machine
  /// What on the machine hurts measurement.
  public var findings: [Finding] = []
  public var noiseFloor: NoiseFloor?
  /// How false discoveries among many cells are held down, in words.
  public var falseDiscoveryControl: String?
  public var sensitivity: Sensitivity?
  /// What was left out, and why.
  public var unmeasured: [Unmeasured] = []
  /// Memory that HVO saved, as proved and as computed.
  public var savings: [Saving]?
  /// Counts over the run, by name: steal time, context switches, events.
  public var counters: [String: Double]?

  public init(
    started: Timestamp,
    commandLine: [String],
    seed: UInt64,
    compiler: Compiler,
    machine: Machine
  ) {
    self.started = started
    self.commandLine = commandLine
    self.seed = seed
    self.compiler = compiler
    self.machine = machine
  }
}

extension Meta.Unmeasured: TableRow {
  static let columns: [Column<Meta.Unmeasured>] = [
    Column("what", \.what),
    Column("why", \.why),
  ]

  static let blank = Meta.Unmeasured(what: "", why: "")
}

extension Meta {
  /// How far the run came.
  public enum Status: String, Codable, Sendable {
    /// Not finished, or killed without notice.
    case running
    case complete
    /// Stopped from outside; what was finished is there.
    case interrupted
    case failed
  }

  /// What built the binary.
  public struct Compiler: Codable, Equatable, Sendable {
    public var version: String
    public var flags: [String]

    public init(version: String, flags: [String]) {
      self.version = version
      self.flags = flags
    }
  }

  /// What the A/A twins of the run showed; relative differences, 0.01 is 1 %.
  public struct NoiseFloor: Codable, Equatable, Sendable {
    public var twins: Int
    public var median: Double
    public var p95: Double
    /// Share of the twins whose interval excludes 1, from 0 to 1.
    public var falsePositiveShare: Double

    public init(twins: Int, median: Double, p95: Double, falsePositiveShare: Double) {
      self.twins = twins
      self.median = median
      self.p95 = p95
      self.falsePositiveShare = falsePositiveShare
    }
  }

  /// What the run made of slow-downs of known size.
  public struct Sensitivity: Codable, Equatable, Sendable {
    public var steps: [Step]

    public init(steps: [Step]) {
      self.steps = steps
    }

    /// One planted slow-down; relative, 0.01 is 1 %.
    public struct Step: Codable, Equatable, Sendable {
      public var planted: Double
      public var measured: Double
      public var resolved: Bool

      public init(planted: Double, measured: Double, resolved: Bool) {
        self.planted = planted
        self.measured = measured
        self.resolved = resolved
      }
    }
  }

  /// A cell, arm or figure that has no number.
  public struct Unmeasured: Codable, Equatable, Sendable {
    public var what: String
    public var why: String

    public init(what: String, why: String) {
      self.what = what
      self.why = why
    }
  }

  /// Memory that optimising one folio saves.
  public struct Saving: Codable, Equatable, Sendable {
    public var order: Int
    /// Which scheme: the layout's name.
    public var layout: String
    /// Pages that hold the folio's struct pages before optimising.
    public var vmemmapPages: Int
    /// As proved on this machine; `nil` where it could not be.
    public var bytesMeasured: Int?
    public var bytesByFormula: Int
    /// How many folios were looked at together, and on how many physical pages all their struct pages
    /// then stood; `nil` without the privilege to see page frames.
    public var folios: Int?
    public var frames: Int?

    public init(
      order: Int,
      layout: String,
      vmemmapPages: Int,
      bytesMeasured: Int?,
      bytesByFormula: Int
    ) {
      self.order = order
      self.layout = layout
      self.vmemmapPages = vmemmapPages
      self.bytesMeasured = bytesMeasured
      self.bytesByFormula = bytesByFormula
    }
  }
}
