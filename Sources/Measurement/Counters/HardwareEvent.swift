internal import CMeasurement

/// What a CPU counts of a thread's instructions in user space, by the name of its column.
public enum HardwareEvent: String, CaseIterable, Codable, Sendable {
  /// Core cycles: their length changes with the clock frequency.
  case cycles
  /// Instructions retired.
  case instructions
  /// Branch instructions retired, jumps and calls included.
  case branches
  /// Branches that were predicted wrongly.
  case branchMisses = "branch_misses"
  /// Loads that the first-level data cache did not have.
  case l1dMisses = "l1d_misses"
  /// Loads whose translation the data TLB did not have.
  case dtlbMisses = "dtlb_misses"
}

/// An event as `perf_event_open(2)` names it.
struct EventSelector {
  let type: UInt32
  let config: UInt64
}

extension HardwareEvent {
  var selector: EventSelector {
    switch self {
    case .cycles: .hardware(PERF_COUNT_HW_CPU_CYCLES)
    case .instructions: .hardware(PERF_COUNT_HW_INSTRUCTIONS)
    case .branches: .hardware(PERF_COUNT_HW_BRANCH_INSTRUCTIONS)
    case .branchMisses: .hardware(PERF_COUNT_HW_BRANCH_MISSES)
    case .l1dMisses: .readMisses(PERF_COUNT_HW_CACHE_L1D)
    case .dtlbMisses: .readMisses(PERF_COUNT_HW_CACHE_DTLB)
    }
  }
}

extension EventSelector {
  fileprivate static func hardware(_ event: perf_hw_id) -> EventSelector {
    EventSelector(type: PERF_TYPE_HARDWARE.rawValue, config: UInt64(event.rawValue))
  }

  /// The kernel's encoding: cache, operation and result, a byte each.
  fileprivate static func readMisses(_ cache: perf_hw_cache_id) -> EventSelector {
    EventSelector(
      type: PERF_TYPE_HW_CACHE.rawValue,
      config: UInt64(
        cache.rawValue
          | PERF_COUNT_HW_CACHE_OP_READ.rawValue << 8
          | PERF_COUNT_HW_CACHE_RESULT_MISS.rawValue << 16))
  }
}
