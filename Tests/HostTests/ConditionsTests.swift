import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Host

@Suite("Conditions")
struct ConditionsTests {
  private func write(to root: FilePath) throws {
    let files: [FilePath: String] = [
      "proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu constant_tsc\n\nflags\t\t: nonstop_tsc\n",
      "proc/loadavg": "0.68 0.81 1.21 3/86 8244\n",
      "proc/meminfo":
        "MemTotal:  8000 kB\nMemAvailable:  4000 kB\nSwapTotal:  100 kB\nSwapFree:  60 kB\n",
      "proc/self/status":
        "Name:\tbench\nCpus_allowed_list:\t0-1,5\nSpeculation_Store_Bypass:\tvulnerable\nSpeculationIndirectBranch:\talways enabled\n",
      "proc/stat": "cpu  100 20 3 4000 50 6 7 80 9 10\ncpu0 1 1 1 1 1 1 1 1 0 0\nprocs_running 4\n",
      "proc/sys/kernel/numa_balancing": "2\n",
      "sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc kvm-clock \n",
      "sys/devices/system/clocksource/clocksource0/current_clocksource": "kvm-clock\n",
      "sys/devices/system/cpu/cpufreq/boost": "1\n",
      "sys/devices/system/cpu/smt/active": "1\n",
    ]
    for (path, text) in files { try root.pushing(path).write(text) }
  }

  @Test("Every condition is read from /proc and /sys")
  func fields() throws {
    try withTemporaryDirectory { root in
      try write(to: root)
      var expected = Conditions(isRoot: geteuid() == 0)
      expected.cpuFlags = ["fpu", "constant_tsc"]
      expected.clocksource = "kvm-clock"
      expected.availableClocksources = ["tsc", "kvm-clock"]
      expected.boost = .cpufreq
      expected.isSMTActive = true
      expected.runnable = 4
      expected.loadAverage = 0.68
      expected.storeBypass = "vulnerable"
      expected.indirectBranch = "always enabled"
      expected.isNUMABalancing = true
      expected.memory = MemoryRoom(bytes: 4000 << 10)
      expected.allowedCPUs = [0, 1, 5]
      expected.limits = .current()
      expected.swapUsedBytes = 40 << 10
      #expect(Conditions.current(root: root) == expected)
    }
  }

  @Test("Where /proc and /sys say nothing, nothing is claimed")
  func emptyTree() throws {
    try withTemporaryDirectory { root in
      var expected = Conditions(isRoot: geteuid() == 0)
      expected.limits = .current()
      expected.missing = [root.appending("proc"), root.appending("sys")]
      #expect(Conditions.current(root: root) == expected)
      #expect(CPUTime.current(root: root) == nil)
    }
  }

  @Test("Boost is on where either driver says so, and off where it says so")
  func boost() throws {
    try withTemporaryDirectory { root in
      let cpufreq = root.pushing("sys/devices/system/cpu/cpufreq/boost")
      let intel = root.pushing("sys/devices/system/cpu/intel_pstate/no_turbo")
      for (path, text, boost) in [
        (cpufreq, "1", .cpufreq), (cpufreq, "0", nil), (intel, "0", .intelPState),
        (intel, "1", nil),
      ] as [(FilePath, String, Conditions.Boost?)] {
        try path.write(text)
        #expect(Conditions.current(root: root).boost == boost)
      }
    }
  }

  @Test("Guests' time is not counted twice, waiting for disks is not work, and steal is apart")
  func cpuTime() throws {
    try withTemporaryDirectory { root in
      try write(to: root)
      let ticks = Double(sysconf(CInt(_SC_CLK_TCK)))
      let time = try #require(CPUTime.current(root: root))
      #expect(time == CPUTime(busy: (100 + 20 + 3 + 6 + 7) / ticks, steal: 80 / ticks))
      let later = CPUTime(busy: 3, steal: 1)
      #expect(later.since(CPUTime(busy: 1, steal: 0.5)) == CPUTime(busy: 2, steal: 0.5))
    }
  }

  @Test("A line of /proc/stat that is cut short is no answer")
  func shortLine() throws {
    try withTemporaryDirectory { root in
      for text in ["cpu 1 2 3", "intr 1 2 3 4 5 6 7 8 9"] {
        try root.pushing("proc/stat").write(text)
        #expect(CPUTime.current(root: root) == nil)
      }
    }
  }
}
