import SystemPackage

/// A control group that this process is in, or one above it: what the process takes counts there, too.
struct ControlGroup: Equatable {
  /// In the tree.
  let directory: FilePath
}

extension SystemTree {
  /// The groups of a controller, the innermost first, of version 1 or 2.
  ///
  /// In a container the path may be one that is seen from outside only; the group that is mounted then
  /// stands at the top.
  func controlGroups(_ controller: String) -> [ControlGroup] {
    var groups: [ControlGroup] = []
    for line in (text(ifPresent: "proc/self/cgroup") ?? "").split(separator: "\n") {
      // "4:memory:/a/b", in version 2 "0::/a/b".
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isUnified = fields[0] == "0" && fields[1].isEmpty
      guard isUnified || fields[1].split(separator: ",").contains(Substring(controller)) else {
        continue
      }
      // Beside version 1 the unified hierarchy stands below the others' directory.
      let mounts: [FilePath] =
        isUnified
        ? ["sys/fs/cgroup/unified", "sys/fs/cgroup"]
        : [FilePath("sys/fs/cgroup/\(controller)"), FilePath("sys/fs/cgroup/\(fields[1])")]
      guard let mount = mounts.first(where: exists) else { continue }
      var names = fields[2].split(separator: "/").filter { $0 != ".." }
      while true {
        let directory = FilePath(([mount.string] + names.map(String.init)).joined(separator: "/"))
        if exists(directory) { groups.append(ControlGroup(directory: directory)) }
        guard names.popLast() != nil else { break }
      }
    }
    return groups
  }

  /// How many CPUs' time the process may take, by the strictest of its groups; nil where none says.
  func cpuQuota() -> Double? {
    controlGroups("cpu").compactMap { group in
      let words = line(ifPresent: group.directory.appending("cpu.max"))?.split(separator: " ") ?? []
      let quota =
        words.first.flatMap { Int($0) }
        ?? integer(ifPresent: group.directory.appending("cpu.cfs_quota_us"))
      let period =
        words.last.flatMap { Int($0) }
        ?? integer(ifPresent: group.directory.appending("cpu.cfs_period_us"))
      guard let quota, let period, quota > 0, period > 0 else { return nil }
      return Double(quota) / Double(period)
    }.min()
  }
}
