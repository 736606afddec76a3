/// Everything that the findings about a machine follow from.
public struct Checkup: Sendable {
  public var machine: Machine
  public var conditions: Conditions
  /// What all CPUs did while this process slept; `nil` where nobody waited for that.
  public var idleTime: Watch?
  /// What plans need of the machine.
  public var demands: [Demand]

  public init(
    machine: Machine,
    conditions: Conditions,
    idleTime: Watch? = nil,
    demands: [Demand] = []
  ) {
    self.machine = machine
    self.conditions = conditions
    self.idleTime = idleTime
    self.demands = demands
  }

  /// CPU time spent while the process looked on.
  public struct Watch: Sendable {
    public var seconds: Double
    public var spent: CPUTime

    public init(seconds: Double, spent: CPUTime) {
      self.seconds = seconds
      self.spent = spent
    }
  }

  /// What a plan needs for its largest cell.
  public struct Demand: Sendable {
    /// As on the command line.
    public var plan: String
    public var mappings: Int
    public var bytes: Int

    public init(plan: String, mappings: Int, bytes: Int) {
      self.plan = plan
      self.mappings = mappings
      self.bytes = bytes
    }
  }

  /// What hurts measurement, and the commands that would mend it, for root.
  public var findings: [Finding] {
    clockFindings + neighbourFindings + speculationFindings + memoryFindings + limitFindings
  }
}
