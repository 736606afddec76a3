import Glibc
public import SystemPackage

extension Machine {
  /// The machine as /proc and /sys under `root` describe it; what is missing there stays empty.
  public static func current(root: FilePath = "/") -> Machine {
    let tree = SystemTree(root: root)
    // Of the first processor.
    let cpu = tree.fields(ifPresent: "proc/cpuinfo")
    let settings: FilePath = "sys/kernel/mm/transparent_hugepage"
    var machine = Machine(
      architecture: compiledArchitecture,
      basePageSize: sysconf(CInt(_SC_PAGESIZE))
    )
    machine.cpuModel = cpu["model name"]
    machine.vendor = cpu["vendor_id"]
    machine.family = cpu["cpu family"].flatMap { Int($0) }
    machine.model = cpu["model"].flatMap { Int($0) }
    machine.stepping = cpu["stepping"].flatMap { Int($0) }
    machine.logicalCPUs = tree.list(ifPresent: "sys/devices/system/cpu/online")?.count
    machine.caches = tree.caches()
    machine.nodes = tree.nodes()
    machine.distances = machine.nodes.compactMap { tree.distances(of: $0.id) }
    machine.hypervisor = tree.hypervisor(cpuFlags: cpu["flags"] ?? "")
    machine.kernelRelease = tree.line(ifPresent: "proc/sys/kernel/osrelease")
    machine.mitigations = tree.mitigations()
    machine.governor = tree.line(ifPresent: "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    machine.transparentHugepage = tree.choice(ifPresent: settings.appending("enabled"))
    machine.shmemHuge = tree.choice(ifPresent: settings.appending("shmem_enabled"))
    machine.aslr = tree.integer(ifPresent: "proc/sys/kernel/randomize_va_space")
    machine.maxMapCount = tree.integer(ifPresent: "proc/sys/vm/max_map_count")
    return machine
  }

  private static var compiledArchitecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "aarch64"
    #elseif arch(riscv64)
      "riscv64"
    #else
      "unknown"
    #endif
  }
}

extension SystemTree {
  fileprivate func caches() -> [Machine.Cache] {
    let directory: FilePath = "sys/devices/system/cpu/cpu0/cache"
    return names(ifPresent: directory).compactMap { name in
      let cache = directory.appending(name)
      guard let level = integer(ifPresent: cache.appending("level")),
        let type = line(ifPresent: cache.appending("type")),
        let bytes = line(ifPresent: cache.appending("size")).flatMap(Self.bytes)
      else { return nil }
      // 0 in some virtual machines.
      let ways = integer(ifPresent: cache.appending("ways_of_associativity")).flatMap {
        $0 > 0 ? $0 : nil
      }
      return Machine.Cache(level: level, type: type, bytes: bytes, ways: ways)
    }
  }

  fileprivate func nodes() -> [Machine.Node] {
    (list(ifPresent: "sys/devices/system/node/online") ?? []).map { id in
      let node = Self.node(id)
      return Machine.Node(
        id: id,
        cpus: line(ifPresent: node.appending("cpulist")) ?? "",
        memoryBytes: memory(node.appending("meminfo"))
      )
    }
  }

  fileprivate func distances(of node: Int) -> [Int]? {
    line(ifPresent: Self.node(node).appending("distance"))?.split(separator: " ").compactMap {
      Int($0)
    }
  }

  fileprivate func hypervisor(cpuFlags: String) -> String? {
    if let type = line(ifPresent: "sys/hypervisor/type") { return type }
    guard cpuFlags.split(separator: " ").contains("hypervisor") else { return nil }
    return line(ifPresent: "sys/class/dmi/id/sys_vendor") ?? "present"
  }

  fileprivate func mitigations() -> [String: String] {
    let directory: FilePath = "sys/devices/system/cpu/vulnerabilities"
    return names(ifPresent: directory).reduce(into: [:]) { lines, name in
      lines[name] = line(ifPresent: directory.appending(name))
    }
  }

  private static func node(_ id: Int) -> FilePath {
    FilePath("sys/devices/system/node").appending("node\(id)")
  }

  /// "Node 0 MemTotal:        4679896 kB"
  private func memory(_ path: FilePath) -> Int? {
    let total = text(ifPresent: path)?.split(separator: "\n").first { $0.contains("MemTotal:") }
    return total?.split(separator: " ").compactMap { Int($0) }.last.flatMap {
      Self.bytes($0, each: 1024)
    }
  }

  /// "32K"
  private static func bytes(_ size: String) -> Int? {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = size.last.flatMap { units[$0] }
    return Int(unit == nil ? size[...] : size.dropLast()).flatMap { bytes($0, each: unit ?? 1) }
  }
}
