import SystemPackage
import TestSupport
import Testing

@testable import Host

@Suite("Doctor")
struct CheckupTests {
  /// Bare metal with nothing to complain of.
  private static var sound: Checkup {
    var machine = Machine.sample
    machine.governor = "performance"
    machine.shmemHuge = "never"
    machine.aslr = 2
    machine.maxMapCount = 65530
    var conditions = Conditions(isRoot: true)
    conditions.cpuFlags = ["constant_tsc", "nonstop_tsc"]
    conditions.clocksource = "tsc"
    conditions.availableClocksources = ["tsc", "hpet"]
    conditions.runnable = 1
    conditions.loadAverage = 0.5
    conditions.storeBypass = "thread vulnerable"
    conditions.indirectBranch = "conditional enabled"
    conditions.isNUMABalancing = true
    conditions.memory = MemoryRoom(bytes: 8 << 30)
    conditions.allowedCPUs = [0, 1]
    conditions.limits.openFiles = 1024
    conditions.swapUsedBytes = 0
    return Checkup(
      machine: machine, conditions: conditions,
      idleTime: Checkup.Watch(seconds: 0.5, spent: CPUTime(busy: 0.02, steal: 0)),
      demands: [Checkup.Demand(plan: "--preset smoke", mappings: 600, bytes: 256 << 20)])
  }

  /// One thing that is wrong, and what is to be found then.
  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let command: String?
    let harm: @Sendable (inout Checkup) -> Void

    init(_ what: String, _ command: String?, _ harm: @escaping @Sendable (inout Checkup) -> Void) {
      self.what = what
      self.command = command
      self.harm = harm
    }

    var testDescription: String { what }
  }

  @Test("Nothing is found on a machine that is as it should be, nor where the system says nothing")
  func nothing() {
    #expect(Self.sound.findings == [])
    var silent = Checkup(machine: .sample, conditions: Conditions(isRoot: true))
    silent.machine.shmemHuge = "never"
    #expect(silent.findings == [])
  }

  @Test(
    "Each thing that hurts is found, alone, with the command that would mend it",
    arguments: [
      Case(
        "frequency governor powersave",
        "echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"
      ) { $0.machine.governor = "powersave" },
      Case("frequency boost on", "echo 0 > /sys/devices/system/cpu/cpufreq/boost") {
        $0.conditions.boost = .cpufreq
      },
      Case("frequency boost on", "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo") {
        $0.conditions.boost = .intelPState
      },
      Case("CPU without nonstop_tsc", nil) { $0.conditions.cpuFlags = ["constant_tsc"] },
      Case("CPU without constant_tsc and nonstop_tsc", nil) { $0.conditions.cpuFlags = ["fpu"] },
      Case(
        "clock source hpet",
        "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource"
      ) { $0.conditions.clocksource = "hpet" },
      Case("clock source hpet", nil) {
        $0.conditions.clocksource = "hpet"
        $0.conditions.availableClocksources = ["hpet"]
      },
      Case("virtual machine (KVM)", nil) { $0.machine.hypervisor = "KVM" },
      Case("2.0 % of a CPU stolen over 0.5 s", nil) { $0.idleTime?.spent.steal = 0.01 },
      Case("SMT on: two CPUs share a core", "echo off > /sys/devices/system/cpu/smt/control") {
        $0.conditions.isSMTActive = true
      },
      Case("load average 0.50, 2 other threads runnable now, 2 CPUs", nil) {
        $0.conditions.runnable = 3
      },
      Case("load average 2.10, 0 other threads runnable now, 2 CPUs", nil) {
        $0.conditions.loadAverage = 2.1
      },
      Case("other processes used 60.0 % of a CPU over 0.5 s", nil) {
        $0.idleTime?.spent.busy = 0.3
      },
      Case("loads wait for the addresses of earlier stores (thread force mitigated)", nil) {
        $0.conditions.storeBypass = "thread force mitigated"
      },
      Case("no prediction of indirect branches (always disabled)", nil) {
        $0.conditions.indirectBranch = "always disabled"
      },
      Case("no huge pages of shared memory", nil) { $0.machine.shmemHuge = nil },
      Case(
        "no huge pages of shared memory",
        "echo never > /sys/kernel/mm/transparent_hugepage/shmem_enabled"
      ) { $0.machine.shmemHuge = "deny" },
      Case(
        "huge pages of shared memory unasked",
        "echo never > /sys/kernel/mm/transparent_hugepage/shmem_enabled"
      ) { $0.machine.shmemHuge = "force" },
      Case("address randomisation off", "sysctl -w kernel.randomize_va_space=2") {
        $0.machine.aslr = 0
      },
      Case("automatic NUMA balancing on", "sysctl -w kernel.numa_balancing=0") {
        $0.machine.nodes = (0...1).map { Machine.Node(id: $0, cpus: "\($0)", memoryBytes: nil) }
      },
      Case("vm.max_map_count is 65530", "sysctl -w vm.max_map_count=1600512") {
        $0.demands.append(
          Checkup.Demand(plan: "--preset scale", mappings: 1_600_512, bytes: 0))
      },
      Case("200 MiB of memory available", nil) {
        $0.conditions.memory = MemoryRoom(bytes: 200 << 20)
      },
      Case("200 MiB of memory available, limited by 'ulimit -v'", nil) {
        $0.conditions.memory = MemoryRoom(bytes: 200 << 20, limit: "'ulimit -v'")
      },
      Case("a control group leaves the time of 0.50 CPUs", nil) { $0.conditions.cpuQuota = 0.5 },
      Case("1 of 2 CPUs may be used", nil) { $0.conditions.allowedCPUs = [1] },
      Case("24 open files at most", "ulimit -n 64") { $0.conditions.limits.openFiles = 24 },
      Case("files of 400 KiB at most", "ulimit -f unlimited") {
        $0.conditions.limits.fileSize = 400 << 10
      },
      Case("7 s of CPU time at most for each process", "ulimit -t unlimited") {
        $0.conditions.limits.cpuTime = 7
      },
      Case("no /proc", "mount -t proc proc /proc") { $0.conditions.missing = ["/proc"] },
      Case("no /sys", "mount -t sysfs sys /sys") { $0.conditions.missing = ["/sys"] },
      Case("3 MiB of swap in use", "swapoff -a") { $0.conditions.swapUsedBytes = 3 << 20 },
      Case("not root", "sudo bench run") { $0.conditions.isRoot = false },
    ])
  func each(_ harmed: Case) throws {
    var checkup = Self.sound
    harmed.harm(&checkup)
    try #require(checkup.findings.count == 1, "\(checkup.findings)")
    #expect(checkup.findings[0].what == harmed.what)
    #expect(checkup.findings[0].command == harmed.command)
    #expect(!checkup.findings[0].why.isEmpty)
  }

  @Test("All that hurts is found at once")
  func together() {
    var checkup = Self.sound
    checkup.machine.aslr = 0
    checkup.conditions.boost = .cpufreq
    checkup.conditions.isRoot = false
    #expect(
      checkup.findings.map(\.what) == [
        "frequency boost on", "address randomisation off", "not root",
      ]
    )
  }

  @Test("Plans that do not fit are named, those that fit are not")
  func demands() {
    var checkup = Self.sound
    checkup.demands += [
      Checkup.Demand(plan: "--preset full", mappings: 70_000, bytes: 9 << 30),
      Checkup.Demand(plan: "--preset scale", mappings: 80_000, bytes: 0),
    ]
    let reasons = checkup.findings.map(\.why)
    #expect(reasons.count == 2)
    #expect(reasons[0].hasPrefix("--preset full, --preset scale: "))
    #expect(reasons[1].hasPrefix("--preset full: "))
  }

  @Test("What only x86 needs is not missed on another architecture")
  func otherArchitecture() {
    var checkup = Self.sound
    checkup.machine.architecture = "aarch64"
    checkup.conditions.cpuFlags = ["fp", "asimd"]
    checkup.conditions.clocksource = "arch_sys_counter"
    #expect(checkup.findings == [])
  }
}
