public import Host
public import Measurement

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
  /// When it went on after it had been cut short.
  public var resumed: [Timestamp]?
  /// Checked out where the program lies when it measured: what it was built of, if it was built then. A
  /// program's `binary.build_id` is its own for sure.
  public var commit: String?
  /// The work tree held changes that are not in `commit`.
  public var dirty: Bool?
  /// What the person who measured calls the run or its machine.
  public var label: String?
  public var commandLine: [String]
  public var seed: UInt64
  public var compiler: Compiler
  /// The program that measured; runs of earlier commits don't say.
  public var binary: Binary?
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
  /// How many rows the tables of a complete run have: what is lost or doubled later shows.
  public var rows: Rows?

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

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case runID = "run_id"
    case status
    case statusReason = "status_reason"
    case started, finished, resumed, commit, dirty, label
    case commandLine = "command_line"
    case seed, compiler, binary, machine, findings
    case noiseFloor = "noise_floor"
    case falseDiscoveryControl = "false_discovery_control"
    case sensitivity, unmeasured, savings, counters, rows
  }
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
    /// The C compiler's, which comes with the Swift compiler.
    public var version: String
    /// The Swift compiler's; runs of earlier commits lack it.
    public var swift: String?
    public var flags: [String]

    /// Whether code was not optimised: its times are not the kernel's, not even nearly.
    public var isDebug: Bool { flags.contains("debug") }

    public init(version: String, swift: String? = nil, flags: [String]) {
      self.version = version
      self.swift = swift
      self.flags = flags
    }
  }

  /// A program's file.
  public struct Binary: Codable, Equatable, Sendable {
    /// From the run directory, so that it says nothing of the machine where both lie in one tree.
    public var path: String
    /// The linker's, in hexadecimal digits; nil where it made none.
    public var buildID: String?

    public init(path: String, buildID: String?) {
      self.path = path
      self.buildID = buildID
    }

    enum CodingKeys: String, CodingKey {
      case path
      case buildID = "build_id"
    }
  }

  /// How many rows there are of each table.
  public struct Rows: Codable, Equatable, Sendable {
    public var summary: Int
    public var samples: Int

    public init(summary: Int, samples: Int) {
      self.summary = summary
      self.samples = samples
    }
  }

  /// What the run made of slow-downs of known size.
  public struct Sensitivity: Codable, Equatable, Sendable {
    public var steps: [Step]

    public init(steps: [Step]) {
      self.steps = steps
    }

    /// The smallest planted slow-down that was found together with all larger ones.
    public var smallestResolved: Double? {
      steps.sorted { $0.planted > $1.planted }.prefix { $0.resolved == true }.last?.planted
    }

    /// Whether enough processes measured for a verdict.
    public var isJudged: Bool { steps.contains { $0.resolved != nil } }

    /// One planted slow-down; relative, 0.01 is 1 %.
    public struct Step: Codable, Equatable, Sendable {
      public var planted: Double
      public var measured: Double
      /// Whether it was found; nil where too few processes measured for a verdict. Runs of earlier commits
      /// have false there.
      public var resolved: Bool?

      public init(planted: Double, measured: Double, resolved: Bool?) {
        self.planted = planted
        self.measured = measured
        self.resolved = resolved
      }

      /// "found", "not found" or "no verdict".
      public var outcome: String {
        resolved.map { $0 ? "found" : "not found" } ?? "no verdict"
      }
    }
  }
}
