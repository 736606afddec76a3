import Glibc
public import SystemPackage

extension Conditions {
  /// The conditions as /proc and /sys under `root` describe them now. Costs some milliseconds.
  public static func current(root: FilePath = "/") -> Conditions {
    let tree = SystemTree(root: root)
    let clocksource: FilePath = "sys/devices/system/clocksource/clocksource0"
    let memory = tree.fields(ifPresent: "proc/meminfo")
    let status = tree.fields(ifPresent: "proc/self/status")
    var conditions = Conditions(isRoot: geteuid() == 0)
    conditions.cpuFlags = Set(words(tree.fields(ifPresent: "proc/cpuinfo")["flags"]))
    conditions.clocksource = tree.line(ifPresent: clocksource.appending("current_clocksource"))
    conditions.availableClocksources = words(
      tree.line(ifPresent: clocksource.appending("available_clocksource")))
    conditions.boost = tree.boost()
    conditions.isSMTActive = tree.integer(ifPresent: "sys/devices/system/cpu/smt/active") == 1
    conditions.runnable = tree.runnable()
    conditions.loadAverage = words(tree.line(ifPresent: "proc/loadavg")).first.flatMap {
      Double($0)
    }
    conditions.storeBypass = status["Speculation_Store_Bypass"]
    conditions.indirectBranch = status["SpeculationIndirectBranch"]
    conditions.isNUMABalancing =
      (tree.integer(ifPresent: "proc/sys/kernel/numa_balancing") ?? 0) != 0
    conditions.limits = .current()
    conditions.memory = .current(tree, limits: conditions.limits)
    if let total = memory["SwapTotal"].flatMap(MemoryRoom.kibibytes),
      let free = memory["SwapFree"].flatMap(MemoryRoom.kibibytes)
    {
      conditions.swapUsedBytes = total - free
    }
    conditions.cpuQuota = tree.cpuQuota()
    conditions.allowedCPUs = SystemTree.list(status["Cpus_allowed_list"] ?? "")
    conditions.missing = ["proc/self", "sys/devices"].filter { !tree.exists($0) }
      .map { tree.path($0.removingLastComponent()) }
    return conditions
  }

  private static func words(_ text: String?) -> [String] {
    (text ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
  }
}

extension SystemTree {
  fileprivate func boost() -> Conditions.Boost? {
    let directory: FilePath = "sys/devices/system/cpu"
    if integer(ifPresent: directory.pushing("cpufreq/boost")) == 1 { return .cpufreq }
    if integer(ifPresent: directory.pushing("intel_pstate/no_turbo")) == 0 { return .intelPState }
    return nil
  }

  /// "procs_running 4" among the other counts of the kernel.
  fileprivate func runnable() -> Int? {
    let key = "procs_running "
    let line = text(ifPresent: "proc/stat")?.split(separator: "\n").first { $0.hasPrefix(key) }
    return line.flatMap { Int($0.dropFirst(key.count)) }
  }
}
