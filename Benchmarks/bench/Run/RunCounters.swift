import Host
import Measurement

/// What is counted over a whole run, from when this was made.
struct RunCounters {
  private let time = CPUTime.current()
  private let usage = ResourceUsage.ofChildren()

  /// By the names of `counters` in `meta.json`: the machine's steal time, and what the measuring
  /// processes that have ended waited for.
  var soFar: [String: Double] {
    let usage = ResourceUsage.ofChildren().since(usage)
    var counters = [
      "context_switches_voluntary": Double(usage.voluntarySwitches),
      "context_switches_involuntary": Double(usage.involuntarySwitches),
      "page_faults_minor": Double(usage.minorFaults),
      "page_faults_major": Double(usage.majorFaults),
    ]
    if let time, let now = CPUTime.current() {
      counters["steal_seconds"] = now.since(time).steal
    }
    return counters
  }
}
