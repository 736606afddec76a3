import Glibc
public import SystemPackage

/// Time of all CPUs together, in seconds, as the kernel counts it in ticks of mostly 10 ms.
public struct CPUTime: Equatable, Sendable {
  /// Time in which something ran, guests included.
  public var busy: Double
  /// Time in which something would have run, but the hypervisor gave the CPU to others.
  public var steal: Double

  public init(busy: Double, steal: Double) {
    self.busy = busy
    self.steal = steal
  }

  /// Since boot, from /proc/stat under `root`; `nil` where it does not say.
  public static func current(root: FilePath = "/") -> CPUTime? {
    let line = SystemTree(root: root).line(ifPresent: "proc/stat")
    let words = line?.split(separator: " ") ?? []
    let ticks = words.dropFirst().compactMap { Double($0) }
    // user, nice, system, idle, iowait, irq, softirq, steal; then guests', which are in user and nice.
    guard words.first == "cpu", ticks.count >= 8 else { return nil }
    let perSecond = Double(sysconf(CInt(_SC_CLK_TCK)))
    return CPUTime(
      busy: (ticks[0...2].reduce(0, +) + ticks[5...6].reduce(0, +)) / perSecond,
      steal: ticks[7] / perSecond
    )
  }

  /// What was added since an earlier reading.
  public func since(_ earlier: CPUTime) -> CPUTime {
    CPUTime(busy: busy - earlier.busy, steal: steal - earlier.steal)
  }
}
