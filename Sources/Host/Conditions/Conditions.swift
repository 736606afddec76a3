public import SystemPackage

/// What may hurt measurement on a machine and can change from one moment to the next, or by a
/// setting; `nil` or empty where the system does not say.
public struct Conditions: Equatable, Sendable {
  /// The flags of the first CPU.
  public var cpuFlags: Set<String> = []
  public var clocksource: String?
  public var availableClocksources: [String] = []
  /// What raises the clock above its nominal frequency; `nil` where nothing does.
  public var boost: Boost?
  /// Two threads of one core are both CPUs now.
  public var isSMTActive = false
  /// Threads that run or could run, this one included.
  public var runnable: Int?
  /// Over the last minute.
  public var loadAverage: Double?
  /// What holds for this process, in the kernel's words: speculation past stores, and of the targets
  /// of indirect branches.
  public var storeBypass: String?
  public var indirectBranch: String?
  public var isNUMABalancing = false
  /// What this process can still take.
  public var memory: MemoryRoom?
  public var swapUsedBytes: Int?
  /// How many CPUs' time the control groups leave to this process.
  public var cpuQuota: Double?
  /// The CPUs that this process may run on.
  public var allowedCPUs: [Int]?
  public var limits = ResourceLimits()
  /// Of the directories in which the kernel tells of itself, those that are not there.
  public var missing: [FilePath] = []
  public var isRoot: Bool

  public init(isRoot: Bool) {
    self.isRoot = isRoot
  }

  /// Who decides on boost frequencies.
  public enum Boost: Sendable {
    case cpufreq
    case intelPState
  }
}
