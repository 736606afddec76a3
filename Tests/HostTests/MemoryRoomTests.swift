import SystemPackage
import TestSupport
import Testing

@testable import Host

@Suite("Memory that a process can still take")
struct MemoryRoomTests {
  private static let mebibyte = 1 << 20

  /// What is found in a tree with 4000 MiB of memory and these files.
  private func room(
    _ files: [FilePath: String], limits: ResourceLimits = ResourceLimits()
  ) throws -> (bytes: Int, limit: String?) {
    try withTemporaryDirectory { root in
      try root.pushing("proc/meminfo").write("MemAvailable:  \(4000 << 10) kB\n")
      for (path, text) in files { try root.pushing(path).write(text) }
      let room = try #require(MemoryRoom.current(SystemTree(root: root), limits: limits))
      return (room.bytes, room.limit?.replacing(root.string, with: ""))
    }
  }

  private func v2(_ path: String, max: String, used: Int, files: Int = 0) -> [FilePath: String] {
    [
      FilePath("sys/fs/cgroup\(path)/memory.max"): "\(max)\n",
      FilePath("sys/fs/cgroup\(path)/memory.high"): "max\n",
      FilePath("sys/fs/cgroup\(path)/memory.current"): "\(used)\n",
      FilePath("sys/fs/cgroup\(path)/memory.stat"): "anon 1\ninactive_file \(files)\nfile 5\n",
    ]
  }

  @Test("Where nothing else bounds it, it is the machine's")
  func machine() throws {
    let room = try room([:])
    #expect(room.bytes == 4000 * Self.mebibyte && room.limit == nil)
  }

  @Test("Sizes that no machine has tell nothing", arguments: ["-1", "\(Int.max)", "\(Int.min)"])
  func absurd(size: String) throws {
    #expect(MemoryRoom.kibibytes("\(size) kB") == nil)
    var files = v2("", max: "\(50 << 20)", used: 0)
    files["proc/self/cgroup"] = "0::/\n"
    files["sys/fs/cgroup/memory.stat"] = "inactive_file \(Int.min)\n"
    #expect(try room(files).bytes == 50 * Self.mebibyte)
    files["sys/fs/cgroup/memory.current"] = size
    #expect(try room(files).limit == nil)
    try withTemporaryDirectory { root in
      try root.pushing("sys/devices/system/node/online").write("0")
      try root.pushing("sys/devices/system/node/node0/meminfo").write("MemTotal: \(size) kB")
      let cache = root.pushing("sys/devices/system/cpu/cpu0/cache/index0")
      for (name, text) in ["level": "1", "type": "Data", "size": "\(size)K"] {
        try cache.appending(name).write(text)
      }
      let machine = Machine.current(root: root)
      #expect(machine.nodes.map(\.memoryBytes) == [nil] && machine.caches.isEmpty)
    }
  }

  @Test("The strictest of nested groups counts, and what files left in memory is free (version 2)")
  func unified() throws {
    var files = v2("/a/b", max: "max", used: 50 << 20)
    files.merge(v2("/a", max: "\(200 << 20)", used: 60 << 20, files: 10 << 20)) { $1 }
    files["proc/self/cgroup"] = "0::/a/b\n"
    let room = try room(files)
    #expect(room.bytes == 150 << 20)
    #expect(room.limit == "/sys/fs/cgroup/a/memory.max of 200 MiB")
  }

  @Test("memory.high counts, too, and is told by its name")
  func high() throws {
    var files = v2("/a", max: "max", used: 60 << 20)
    files["sys/fs/cgroup/a/memory.high"] = "\(100 << 20)\n"
    files["proc/self/cgroup"] = "0::/a\n"
    let room = try room(files)
    #expect(room.bytes == 40 << 20)
    #expect(room.limit == "/sys/fs/cgroup/a/memory.high of 100 MiB")
  }

  @Test("A path that is seen from outside only leads to the group that is mounted")
  func container() throws {
    var files = v2("", max: "\(100 << 20)", used: 60 << 20)
    files["proc/self/cgroup"] = "0::/../../pods/17\n"
    #expect(try room(files).bytes == 40 << 20)
  }

  @Test("Version 1, beside a version 2 without memory", arguments: ["memory", "cpu,memory"])
  func first(controllers: String) throws {
    let directory: FilePath = "sys/fs/cgroup/memory/jobs/7"
    let room = try room([
      "proc/self/cgroup": "5:cpuset:/\n4:\(controllers):/jobs/7\n0::/jobs/7\n",
      directory.appending("memory.limit_in_bytes"): "\(200 << 20)\n",
      directory.appending("memory.usage_in_bytes"): "\(30 << 20)\n",
      directory.appending("memory.stat"): "inactive_file 1\ntotal_inactive_file \(20 << 20)\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "\(900 << 20)\n",
      "sys/fs/cgroup/unified/jobs/7/cgroup.procs": "1\n",
    ])
    #expect(room.bytes == 190 << 20)
    #expect(room.limit == "/sys/fs/cgroup/memory/jobs/7/memory.limit_in_bytes of 200 MiB")
  }

  @Test("Version 2 beside a version 1 without memory")
  func hybrid() throws {
    var files = v2("/unified/jobs/7", max: "\(200 << 20)", used: 30 << 20)
    files["proc/self/cgroup"] = "5:cpuset:/\n1:name=systemd:/jobs/7\n0::/jobs/7\n"
    files["sys/fs/cgroup/cpuset/tasks"] = "1\n"
    let room = try room(files)
    #expect(room.bytes == 170 << 20)
    #expect(room.limit == "/sys/fs/cgroup/unified/jobs/7/memory.max of 200 MiB")
  }

  @Test("A group that has more than its limit leaves nothing")
  func overfull() throws {
    var files = v2("/a", max: "\(10 << 20)", used: 60 << 20)
    files["proc/self/cgroup"] = "0::/a\n"
    #expect(try room(files).bytes == 0)
  }

  @Test("The limits of a shell count with what is in use")
  func shell() throws {
    var limits = ResourceLimits()
    limits.addressSpace = 500 << 20
    let room = try room(["proc/self/status": "VmSize:  102400 kB\nVmData:  1 kB\n"], limits: limits)
    #expect(room.bytes == 400 << 20 && room.limit == "'ulimit -v'")
  }

  @Test(
    "The strictest CPU quota of all levels counts",
    arguments: [
      ([FilePath("sys/fs/cgroup/a/cpu.max"): "50000 100000\n"], 0.5),
      (
        [
          "sys/fs/cgroup/a/b/cpu.max": "150000 100000\n", "sys/fs/cgroup/a/cpu.max": "max 100000\n",
        ], 1.5
      ),
      (["sys/fs/cgroup/a/b/cpu.max": "max 100000\n"], nil),
    ] as [([FilePath: String], Double?)])
  func quota(files: [FilePath: String], quota: Double?) throws {
    try withTemporaryDirectory { root in
      try root.pushing("proc/self/cgroup").write("0::/a/b\n")
      for (path, text) in files { try root.pushing(path).write(text) }
      #expect(SystemTree(root: root).cpuQuota() == quota)
    }
  }

  @Test("A CPU quota of version 2 beside a version 1")
  func hybridQuota() throws {
    try withTemporaryDirectory { root in
      try root.pushing("proc/self/cgroup").write("5:memory:/a\n0::/a\n")
      try root.pushing("sys/fs/cgroup/memory/a/tasks").write("1\n")
      try root.pushing("sys/fs/cgroup/unified/a/cpu.max").write("50000 100000\n")
      #expect(SystemTree(root: root).cpuQuota() == 0.5)
    }
  }

  @Test("A CPU quota of version 1, whose -1 is none", arguments: [(25000, 0.25), (-1, nil)])
  func firstQuota(microseconds: Int, quota: Double?) throws {
    try withTemporaryDirectory { root in
      try root.pushing("proc/self/cgroup").write("2:cpu,cpuacct:/a\n0::/\n")
      let directory = root.pushing("sys/fs/cgroup/cpu/a")
      try directory.appending("cpu.cfs_quota_us").write("\(microseconds)\n")
      try directory.appending("cpu.cfs_period_us").write("100000\n")
      #expect(SystemTree(root: root).cpuQuota() == quota)
    }
  }
}
