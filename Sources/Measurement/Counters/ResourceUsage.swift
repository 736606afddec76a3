internal import Glibc

/// What the kernel accounts of threads: how often they left the CPU, and how often a page was missing.
public struct ResourceUsage: Equatable, Sendable {
  /// Times that a thread waited for something.
  public var voluntarySwitches: Int
  /// Times that another thread got the CPU instead.
  public var involuntarySwitches: Int
  /// Page faults that needed no disk.
  public var minorFaults: Int
  public var majorFaults: Int

  public var contextSwitches: Int { voluntarySwitches + involuntarySwitches }
  public var pageFaults: Int { minorFaults + majorFaults }

  /// The calling thread's, since it began. Costs one system call.
  ///
  /// The corresponding C call is `getrusage(RUSAGE_THREAD)`.
  public static func ofThread() -> ResourceUsage { ResourceUsage(of: thread) }

  /// That of all child processes that have ended and were waited for.
  ///
  /// The corresponding C call is `getrusage(RUSAGE_CHILDREN)`.
  public static func ofChildren() -> ResourceUsage { ResourceUsage(of: RUSAGE_CHILDREN.rawValue) }

  /// RUSAGE_THREAD, which Glibc's module leaves out.
  private static let thread: CInt = 1

  private init(of who: CInt) {
    var usage = rusage()
    // Cannot fail: the selector is known and the pointer is valid.
    _ = unsafe getrusage(who, &usage)
    voluntarySwitches = usage.ru_nvcsw
    involuntarySwitches = usage.ru_nivcsw
    minorFaults = usage.ru_minflt
    majorFaults = usage.ru_majflt
  }

  /// What was added since an earlier reading.
  public func since(_ earlier: ResourceUsage) -> ResourceUsage {
    var usage = self
    usage.voluntarySwitches -= earlier.voluntarySwitches
    usage.involuntarySwitches -= earlier.involuntarySwitches
    usage.minorFaults -= earlier.minorFaults
    usage.majorFaults -= earlier.majorFaults
    return usage
  }
}
