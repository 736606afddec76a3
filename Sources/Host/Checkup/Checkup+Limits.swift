import Text

extension Checkup {
  /// What containers, control groups and shells keep from this process.
  var limitFindings: [Finding] {
    [cpuQuota, cpus, openFiles, fileSize, cpuTime].compactMap(\.self) + missing
  }

  private var cpuQuota: Finding? {
    guard let quota = conditions.cpuQuota else { return nil }
    return Finding(
      what: "a control group leaves the time of \(quota.fixed(2)) CPUs",
      why: "who has used it up waits for the next period, mostly 100 ms: blocks that it hits take "
        + "that much longer"
    )
  }

  private var cpus: Finding? {
    guard let allowed = conditions.allowedCPUs, let all = machine.logicalCPUs, allowed.count < all
    else { return nil }
    return Finding(
      what: "\(allowed.count) of \(all) CPUs may be used",
      why: "a cpuset or taskset says so: cells with more threads are left out"
    )
  }

  private var openFiles: Finding? {
    guard let limit = conditions.limits.openFiles, limit < Self.neededFiles else { return nil }
    return Finding(
      what: "\(limit) open files at most",
      why: "a measuring process has one for each memory map, and others: cells may be left out, or "
        + "the run fail",
      command: "ulimit -n \(Self.neededFiles)"
    )
  }

  /// More than any plan needs.
  private static let neededFiles = 64

  private var fileSize: Finding? {
    guard let limit = conditions.limits.fileSize else { return nil }
    return Finding(
      what: "files of \(limit >> 10) KiB at most",
      why:
        "memory maps are files in memory, and samples.csv grows by some 100 bytes for each timed "
        + "block: what needs more is left out, or ends the run",
      command: "ulimit -f unlimited"
    )
  }

  private var cpuTime: Finding? {
    guard let limit = conditions.limits.cpuTime else { return nil }
    return Finding(
      what: "\(limit) s of CPU time at most for each process",
      why: "a measuring process that has used them up ends, and the run is cut short",
      command: "ulimit -t unlimited"
    )
  }

  private var missing: [Finding] {
    conditions.missing.map { directory in
      let kind = directory.lastComponent?.string ?? ""
      return Finding(
        what: "no \(directory)",
        why: kind == "proc"
          ? "memory and limits are unknown, and no measuring process can be started"
          : "caches, nodes and settings of the machine are unknown: footprints are those of common "
            + "caches",
        command: "mount -t \(kind == "proc" ? "proc" : "sysfs") \(kind) \(directory)"
      )
    }
  }
}
