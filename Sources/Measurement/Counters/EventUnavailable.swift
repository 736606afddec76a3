public import SystemPackage

/// Why an event is not counted.
public enum EventUnavailable: Error, Hashable {
  /// The kernel knows no such event of this CPU.
  case noSuchEvent
  /// The kernel's settings or a container forbid it.
  case notPermitted(Errno)
  /// The CPU can't count it together with the events before it.
  case noCounterLeft
  /// `perf_event_open(2)` failed otherwise.
  case system(Errno)

  init(_ errno: Errno) {
    switch errno {
    case .noSuchFileOrDirectory, .operationNotSupportedByDevice, .notSupportedOnSocket:
      self = .noSuchEvent
    case .permissionDenied, .notPermitted: self = .notPermitted(errno)
    default: self = .system(errno)
    }
  }

  /// The command that would mend it, as root, where there is one.
  public var command: String? {
    switch self {
    case .notPermitted: "sysctl -w kernel.perf_event_paranoid=2"
    case .noSuchEvent, .noCounterLeft, .system: nil
    }
  }
}

extension EventUnavailable: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noSuchEvent:
      "perf_event_open() knows no such event here, as in most virtual machines"
    case .notPermitted(let errno):
      "perf_event_open() is forbidden (\(errno)), by the sysctl kernel.perf_event_paranoid or a "
        + "container's seccomp profile"
    case .noCounterLeft:
      "the CPU has no counter left beside the others"
    case .system(let errno):
      "perf_event_open() failed: \(errno)"
    }
  }
}
