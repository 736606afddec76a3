import SystemPackage
import TestSupport
import Testing

@testable import Host

@Suite("Machine")
struct MachineTests {
  /// A tree with two nodes, as /proc and /sys show them.
  private func write(to root: FilePath) throws {
    let files: [FilePath: String] = [
      "proc/cpuinfo": """
      processor\t: 0
      vendor_id\t: GenuineIntel
      cpu family\t: 6
      model\t\t: 106
      model name\t: Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz
      stepping\t: 6
      flags\t\t: fpu vme hypervisor avx2
      power management:

      processor\t: 1
      stepping\t: 7

      """,
      "proc/sys/kernel/osrelease": "6.12.0-test\n",
      "proc/sys/kernel/randomize_va_space": "2\n",
      "proc/sys/vm/max_map_count": "65530\n",
      "sys/class/dmi/id/sys_vendor": "QEMU\n",
      "sys/devices/system/cpu/online": "0-2,5\n",
      "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
      "sys/devices/system/cpu/cpu0/cache/index0/level": "1\n",
      "sys/devices/system/cpu/cpu0/cache/index0/type": "Data\n",
      "sys/devices/system/cpu/cpu0/cache/index0/size": "48K\n",
      "sys/devices/system/cpu/cpu0/cache/index3/level": "3\n",
      "sys/devices/system/cpu/cpu0/cache/index3/type": "Unified\n",
      "sys/devices/system/cpu/cpu0/cache/index3/size": "55296K\n",
      "sys/devices/system/cpu/cpu0/cache/uevent": "",
      "sys/devices/system/cpu/vulnerabilities/meltdown": "Not affected\n",
      "sys/devices/system/cpu/vulnerabilities/spectre_v2": "Mitigation: Enhanced IBRS\n",
      "sys/devices/system/node/online": "0,2\n",
      "sys/devices/system/node/node0/cpulist": "0-1\n",
      "sys/devices/system/node/node0/distance": "10 21\n",
      "sys/devices/system/node/node0/meminfo": "\nNode 0 MemTotal:        4679896 kB\n",
      "sys/devices/system/node/node2/cpulist": "\n",
      "sys/devices/system/node/node2/distance": "21 10\n",
      "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
      "sys/kernel/mm/transparent_hugepage/shmem_enabled":
        "always within_size advise [never] deny force\n",
    ]
    for (path, text) in files { try root.pushing(path).write(text) }
  }

  @Test("Every field is read from /proc and /sys")
  func fields() throws {
    try withTemporaryDirectory { root in
      try write(to: root)
      let machine = Machine.current(root: root)
      #expect(machine.vendor == "GenuineIntel")
      #expect(machine.family == 6)
      #expect(machine.model == 106)
      #expect(machine.stepping == 6)
      #expect(machine.cpuModel == "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz")
      #expect(machine.logicalCPUs == 4)
      #expect(
        machine.caches == [
          Machine.Cache(level: 1, type: "Data", bytes: 48 << 10),
          Machine.Cache(level: 3, type: "Unified", bytes: 54 << 20),
        ]
      )
      #expect(
        machine.nodes == [
          Machine.Node(id: 0, cpus: "0-1", memoryBytes: 4_679_896 << 10),
          Machine.Node(id: 2, cpus: "", memoryBytes: nil),
        ]
      )
      #expect(machine.distances == [[10, 21], [21, 10]])
      #expect(machine.hypervisor == "QEMU")
      #expect(machine.kernelRelease == "6.12.0-test")
      #expect(
        machine.mitigations
          == ["meltdown": "Not affected", "spectre_v2": "Mitigation: Enhanced IBRS"]
      )
      #expect(machine.governor == "performance")
      #expect(machine.transparentHugepage == "madvise")
      #expect(machine.shmemHuge == "never")
      #expect(machine.aslr == 2)
      #expect(machine.maxMapCount == 65530)
      #expect(machine.machineKey.hasPrefix("xeon-platinum-8375c-4c-"))
    }
  }

  @Test("Where /proc and /sys say nothing, fields stay empty and a key is still made")
  func emptyTree() throws {
    try withTemporaryDirectory { root in
      let machine = Machine.current(root: root)
      let bare = Machine(architecture: machine.architecture, basePageSize: machine.basePageSize)
      #expect(machine == bare)
      #expect(machine.machineKey.hasPrefix("\(machine.architecture)-xc-"))
    }
  }

  @Test("Nonsense in /proc and /sys leaves fields empty")
  func nonsense() throws {
    try withTemporaryDirectory { root in
      try write(to: root)
      let broken: [FilePath: String] = [
        "proc/cpuinfo": ":::\nmodel\n",
        "proc/sys/vm/max_map_count": "many",
        "sys/devices/system/cpu/online": "7-3,-,x",
        "sys/devices/system/cpu/cpu0/cache/index0/size": "K",
        "sys/devices/system/node/online": "-",
        "sys/kernel/mm/transparent_hugepage/enabled": "[always",
      ]
      for (path, text) in broken { try root.pushing(path).write(text) }
      let machine = Machine.current(root: root)
      #expect(machine.model == nil)
      #expect(machine.maxMapCount == nil)
      #expect(machine.logicalCPUs == 0)
      #expect(machine.caches.map(\.level) == [3])
      #expect(machine.nodes == [])
      #expect(machine.transparentHugepage == nil)
    }
  }

  @Test("The key does not change with what a boot or a setting changes")
  func stableKey() {
    var other = Machine.sample
    other.kernelRelease = "6.13"
    other.mitigations = ["meltdown": "Vulnerable"]
    other.governor = "powersave"
    other.transparentHugepage = "always"
    other.shmemHuge = "force"
    other.aslr = 0
    other.maxMapCount = 1
    other.nodes = [Machine.Node(id: 0, cpus: "0-1", memoryBytes: 1)]
    var same = Machine.sample
    same.nodes = [Machine.Node(id: 0, cpus: "0-1", memoryBytes: 2)]
    #expect(other.machineKey == same.machineKey)
    #expect(other.differences(from: same) == [])
  }

  @Test("The key is the same in every process: its hash is FNV-1a")
  func knownKey() {
    #expect(Machine.sample.machineKey == "epyc-2c-da8308c2")
  }

  @Test("Every field that makes runs incomparable is told")
  func differences() {
    var other = Machine(architecture: "aarch64", basePageSize: 16384)
    other.cpuModel = "Neoverse-N1"
    other.vendor = "ARM"
    other.family = 8
    other.model = 1
    other.stepping = 2
    other.logicalCPUs = 64
    other.caches = [Machine.Cache(level: 1, type: "Data", bytes: 64 << 10)]
    other.nodes = [Machine.Node(id: 0, cpus: "0-63", memoryBytes: nil)]
    other.hypervisor = "KVM"
    let differences = other.differences(from: .sample)
    #expect(differences.map(\.field) == Machine.sample.comparabilityKey.map(\.field))
    #expect(
      differences.last?.description
        == "hypervisor: none in the baseline, KVM in the current run"
    )
  }
}

@Suite("CPU name")
struct CPUNameTests {
  private func machine(
    _ vendor: String, _ cpu: String, _ family: Int, _ model: Int, stepping: Int? = nil
  ) -> Machine {
    var machine = Machine(architecture: "x86_64", basePageSize: 4096)
    (machine.vendor, machine.cpuModel) = (vendor, cpu)
    (machine.family, machine.model, machine.stepping) = (family, model, stepping)
    return machine
  }

  private func name(
    _ vendor: String, _ cpu: String, _ family: Int, _ model: Int, stepping: Int? = nil
  ) -> String {
    machine(vendor, cpu, family, model, stepping: stepping).cpuName
  }

  @Test("Generations under one name are told apart by family, model and core")
  func cores() {
    let amd = "AuthenticAMD"
    #expect(name(amd, "AMD EPYC", 26, 2) == "AMD EPYC (26/2, Zen 5)")
    #expect(name(amd, "AMD EPYC", 25, 17) == "AMD EPYC (25/17, Zen 4)")
    #expect(name(amd, "AMD EPYC 7763", 25, 1) == "AMD EPYC 7763 (25/1, Zen 3)")
    #expect(name(amd, "AMD EPYC 7R32", 23, 49) == "AMD EPYC 7R32 (23/49, Zen 2)")
    #expect(name(amd, "AMD EPYC 7401", 23, 1) == "AMD EPYC 7401 (23/1, Zen 1)")
    let intel = "GenuineIntel"
    #expect(name(intel, "Xeon 8375C", 6, 106) == "Xeon 8375C (6/106, Ice Lake)")
    #expect(name(intel, "Xeon 8488C", 6, 143) == "Xeon 8488C (6/143, Sapphire Rapids)")
    #expect(name(intel, "Xeon", 6, 85, stepping: 4) == "Xeon (6/85, Skylake)")
    #expect(name(intel, "Xeon", 6, 85, stepping: 7) == "Xeon (6/85, Cascade Lake)")
    #expect(name(intel, "Xeon", 6, 85, stepping: 11) == "Xeon (6/85, Cooper Lake)")
    #expect(name(intel, "Xeon", 6, 85) == "Xeon (6/85)")
  }

  @Test("In short it is the core, or maker, family and model, or whatever is known")
  func short() {
    #expect(machine("AuthenticAMD", "AMD EPYC", 26, 2).shortCPUName == "Zen 5")
    #expect(machine("GenuineIntel", "Xeon 8375C", 6, 106).shortCPUName == "Ice Lake")
    #expect(machine("AuthenticAMD", "AMD Next", 26, 255).shortCPUName == "AMD 26/255")
    #expect(machine("GenuineIntel", "Xeon", 6, 85).shortCPUName == "Intel 6/85")
    #expect(machine("HygonGenuine", "C86", 24, 1).shortCPUName == "HygonGenuine 24/1")
    #expect(Machine.sample.shortCPUName == "AMD EPYC")
    #expect(Machine(architecture: "aarch64", basePageSize: 4096).shortCPUName == "aarch64")
  }

  @Test("What is not known is left out: the core, the family, the name")
  func unknown() {
    #expect(name("AuthenticAMD", "AMD Next", 26, 255) == "AMD Next (26/255)")
    #expect(name("HygonGenuine", "C86", 24, 1) == "C86 (24/1)")
    #expect(Machine.sample.cpuName == "AMD EPYC")
    #expect(Machine(architecture: "aarch64", basePageSize: 4096).cpuName == "aarch64")
  }
}
