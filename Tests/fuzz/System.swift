import Glibc
import SystemPackage

@testable import Host

/// Files of /proc and /sys, one after the other with a zero byte between them.
func readSystem(_ bytes: [UInt8]) throws {
  let parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
  for (path, part) in zip(paths, parts) { try path.write(part) }
  for path in paths.dropFirst(parts.count) { try path.write([]) }
  let machine = Machine.current(root: directory)
  require(machine.differences(from: machine).isEmpty, "a machine differs from itself")
  _ = Checkup(machine: machine, conditions: .current(root: directory)).findings
  _ = MemoryRoom.current(root: directory)
  _ = CPUTime.current(root: directory)
}

private let paths: [FilePath] = [
  "sys/devices/system/cpu/online", "sys/devices/system/node/online",
  "sys/devices/system/node/node0/cpulist", "sys/devices/system/node/node0/meminfo",
  "sys/devices/system/node/node0/distance",
  "sys/devices/system/cpu/cpu0/cache/index0/level", "sys/devices/system/cpu/cpu0/cache/index0/type",
  "sys/devices/system/cpu/cpu0/cache/index0/size",
  "sys/devices/system/cpu/cpu0/cache/index0/ways_of_associativity",
  "sys/kernel/mm/transparent_hugepage/enabled", "sys/fs/cgroup/memory.max",
  "sys/fs/cgroup/memory.current", "sys/fs/cgroup/memory.stat", "sys/fs/cgroup/cpu.max",
  "proc/self/cgroup", "proc/self/status", "proc/meminfo", "proc/cpuinfo", "proc/stat",
  "proc/loadavg", "proc/sys/vm/max_map_count",
].map { (name: FilePath) in
  let path = directory.pushing(name)
  var parent = directory
  for component in name.components.dropLast() {
    parent.append(component)
    _ = unsafe parent.withPlatformString { unsafe mkdir($0, 0o700) }
  }
  return path
}
