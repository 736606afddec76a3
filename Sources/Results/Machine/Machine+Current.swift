import FoundationEssentials
import Glibc
public import SystemPackage

extension Machine {
  /// The machine as /proc and /sys under `root` describe it; what is missing there stays empty.
  public static func current(root: FilePath = "/") -> Machine {
    let tree = SystemTree(root: root)
    let cpu = tree.firstProcessor()
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
    machine.logicalCPUs = tree.list("sys/devices/system/cpu/online")?.count
    machine.caches = tree.caches()
    machine.nodes = tree.nodes()
    machine.distances = machine.nodes.compactMap { tree.distances(of: $0.id) }
    machine.hypervisor = tree.hypervisor(cpuFlags: cpu["flags"] ?? "")
    machine.kernelRelease = tree.line("proc/sys/kernel/osrelease")
    machine.mitigations = tree.mitigations()
    machine.governor = tree.line("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    machine.transparentHugepage = tree.choice(settings.appending("enabled"))
    machine.shmemHuge = tree.choice(settings.appending("shmem_enabled"))
    machine.aslr = tree.integer("proc/sys/kernel/randomize_va_space")
    machine.maxMapCount = tree.integer("proc/sys/vm/max_map_count")
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

/// /proc and /sys, or a copy of them elsewhere; every answer is nil or empty where a file is not.
private struct SystemTree {
  let root: FilePath

  func text(_ path: FilePath) -> String? {
    guard let bytes = try? root.pushing(path).contents() else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The file's text without blanks and line ends around it; nil if nothing remains.
  func line(_ path: FilePath) -> String? {
    guard let line = text(path)?.trimmed, !line.isEmpty else { return nil }
    return line
  }

  func integer(_ path: FilePath) -> Int? {
    line(path).flatMap { Int($0) }
  }

  /// The word in brackets: "always [madvise] never".
  func choice(_ path: FilePath) -> String? {
    guard let line = line(path), let open = line.firstIndex(of: "["),
      let close = line[open...].firstIndex(of: "]")
    else { return nil }
    return String(line[line.index(after: open)..<close])
  }

  /// The kernel's list format: "0-2,5" is 0, 1, 2, 5.
  func list(_ path: FilePath) -> [Int]? {
    guard let line = line(path) else { return nil }
    return line.split(separator: ",").flatMap { range -> [Int] in
      let bounds = range.split(separator: "-").compactMap { Int($0) }
      guard let first = bounds.first, let last = bounds.last, first <= last else { return [] }
      return Array(first...last)
    }
  }

  /// The keys and values of the first block in cpuinfo.
  func firstProcessor() -> [String: String] {
    var values: [String: String] = [:]
    let text = text("proc/cpuinfo") ?? ""
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines.prefix(while: { !$0.isEmpty }) {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { values[parts[0].trimmed] = parts[1].trimmed }
    }
    return values
  }

  func caches() -> [Machine.Cache] {
    let directory: FilePath = "sys/devices/system/cpu/cpu0/cache"
    return names(in: directory).compactMap { name in
      let cache = directory.appending(name)
      guard let level = integer(cache.appending("level")),
        let type = line(cache.appending("type")),
        let bytes = line(cache.appending("size")).flatMap(Self.bytes)
      else { return nil }
      return Machine.Cache(level: level, type: type, bytes: bytes)
    }
  }

  func nodes() -> [Machine.Node] {
    (list("sys/devices/system/node/online") ?? []).map { id in
      let node = Self.node(id)
      return Machine.Node(
        id: id,
        cpus: line(node.appending("cpulist")) ?? "",
        memoryBytes: memory(node.appending("meminfo"))
      )
    }
  }

  func distances(of node: Int) -> [Int]? {
    line(Self.node(node).appending("distance"))?.split(separator: " ").compactMap { Int($0) }
  }

  func hypervisor(cpuFlags: String) -> String? {
    if let type = line("sys/hypervisor/type") { return type }
    guard cpuFlags.split(separator: " ").contains("hypervisor") else { return nil }
    return line("sys/class/dmi/id/sys_vendor") ?? "present"
  }

  func mitigations() -> [String: String] {
    let directory: FilePath = "sys/devices/system/cpu/vulnerabilities"
    return names(in: directory).reduce(into: [:]) { lines, name in
      lines[name] = line(directory.appending(name))
    }
  }

  private func names(in directory: FilePath) -> [String] {
    let path = root.pushing(directory).string
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  private static func node(_ id: Int) -> FilePath {
    FilePath("sys/devices/system/node").appending("node\(id)")
  }

  /// "Node 0 MemTotal:        4679896 kB"
  private func memory(_ path: FilePath) -> Int? {
    let total = text(path)?.split(separator: "\n").first { $0.contains("MemTotal:") }
    return total?.split(separator: " ").compactMap { Int($0) }.last.map { $0 * 1024 }
  }

  /// "32K"
  private static func bytes(_ size: String) -> Int? {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    guard let last = size.last, let unit = units[last] else { return Int(size) }
    return Int(size.dropLast()).map { $0 * unit }
  }
}
