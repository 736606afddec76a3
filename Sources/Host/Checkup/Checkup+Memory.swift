extension Checkup {
  /// What struct pages lie on, and who moves them.
  var memoryFindings: [Finding] {
    [hugePages, addressRandomization, balancing, mappingLimit, memory, swap, pagemap]
      .compactMap(\.self)
  }

  /// Nothing to find where the setting is never or advise: MADV_COLLAPSE works there, and only where
  /// it is asked for.
  private var hugePages: Finding? {
    let setting = "/sys/kernel/mm/transparent_hugepage/shmem_enabled"
    switch machine.shmemHuge {
    case nil, "deny":
      return Finding(
        what: "no huge pages of shared memory",
        why: "struct pages are mapped with 4 KiB pages where 2 MiB are asked for, as the mapping "
          + "column says: more TLB misses than in a kernel's memory map",
        command: machine.shmemHuge.map { _ in "echo never > \(setting)" }
      )
    case "always", "within_size", "force":
      return Finding(
        what: "huge pages of shared memory unasked",
        why: "struct pages may be mapped with 2 MiB pages where the mapping column says 4 KiB; "
          + "with never, cells of 2 MiB still get them by MADV_COLLAPSE",
        command: "echo never > \(setting)"
      )
    default: return nil
    }
  }

  private var addressRandomization: Finding? {
    guard machine.aslr == 0 else { return nil }
    return Finding(
      what: "address randomisation off",
      why: "every process of a run has the same addresses: intervals miss the luck of placement",
      command: "sysctl -w kernel.randomize_va_space=2"
    )
  }

  private var balancing: Finding? {
    guard conditions.isNUMABalancing, machine.nodes.count > 1 else { return nil }
    return Finding(
      what: "automatic NUMA balancing on",
      why: "the kernel unmaps pages to see who touches them: page faults within timed blocks",
      command: "sysctl -w kernel.numa_balancing=0"
    )
  }

  private var mappingLimit: Finding? {
    guard let limit = machine.maxMapCount,
      let largest = demands.max(by: { $0.mappings < $1.mappings }), largest.mappings > limit
    else { return nil }
    let plans = demands.filter { $0.mappings > limit }.map(\.plan).joined(separator: ", ")
    return Finding(
      what: "vm.max_map_count is \(limit)",
      why: "\(plans): cells under HVO that need more mappings are left out, the largest needs "
        + "\(largest.mappings)",
      command: "sysctl -w vm.max_map_count=\(largest.mappings)"
    )
  }

  private var memory: Finding? {
    guard let memory = conditions.memory, case let available = memory.bytes,
      let largest = demands.max(by: { $0.bytes < $1.bytes }), largest.bytes > available
    else { return nil }
    let plans = demands.filter { $0.bytes > available }.map(\.plan).joined(separator: ", ")
    return Finding(
      what: "\(available >> 20) MiB of memory available"
        + (memory.limit.map { ", limited by \($0)" } ?? ""),
      why: "\(plans): cells with more struct pages than fit are left out, the largest needs "
        + "\(largest.bytes >> 20) MiB"
    )
  }

  private var swap: Finding? {
    guard let used = conditions.swapUsedBytes, used > 0 else { return nil }
    return Finding(
      what: "\(used >> 20) MiB of swap in use",
      why: "memory was short: struct pages may be swapped out too, and page faults then wait for a "
        + "disk",
      command: "swapoff -a"
    )
  }

  private var pagemap: Finding? {
    guard !conditions.isRoot else { return nil }
    return Finding(
      what: "not root",
      why: "/proc/self/pagemap hides page frames: only st_blocks shows that aliases share them",
      command: "sudo bench run"
    )
  }
}
