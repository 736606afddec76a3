import Glibc
import Testing
import Vmemmap

@Suite("What the machine has")
struct MachineTests {
  @Test("Some node has CPUs and some has memory, and no node is listed twice")
  func nodes() {
    let topology = Topology.current()
    #expect(!topology.nodesWithCPUs.isEmpty && !topology.nodesWithMemory.isEmpty)
    #expect(Set(topology.nodes.map(\.id)).count == topology.nodes.count)
    #expect(topology.isNUMA == (topology.nodes.count > 1))
  }

  @Test("The CPUs of all nodes together are the online CPUs, each once")
  func cpus() throws {
    let online = try #require(KernelFile.lines("/sys/devices/system/cpu/online").first)
    let cpus = Topology.current().nodes.flatMap(\.cpus)
    #expect(cpus.sorted() == KernelFile.list(online))
  }

  @Test("Each node has the memory that the kernel says it has")
  func memory() {
    for node in Topology.current().nodes {
      let meminfo = "/sys/devices/system/node/node\(node.id)/meminfo"
      let words = KernelFile.words(after: "Node \(node.id) MemTotal:", in: meminfo)
      // A kernel without NUMA has no such file.
      let kibibytes = words ?? KernelFile.words(after: "MemTotal:", in: "/proc/meminfo")
      #expect(node.memoryBytes == kibibytes.flatMap { Int($0[0]) }.map { $0 * 1024 })
    }
  }

  @Test("Nodes are as far from each other as the kernel says; to one that is not here no distance")
  func distances() {
    let topology = Topology.current()
    for node in topology.nodes {
      let said = KernelFile.lines("/sys/devices/system/node/node\(node.id)/distance").first
      // The file has a number for each online node, in order, and a kernel without NUMA none.
      let online = KernelFile.lines("/sys/devices/system/node/online").first.map(KernelFile.list)
      let expected = said?.split(separator: " ").map { Int($0) } ?? [10]
      #expect((online ?? [0]).map { topology.distance(from: node.id, to: $0) } == expected)
      #expect(topology.distance(from: node.id, to: 63) == nil || online?.contains(63) == true)
    }
    #expect(topology.distance(from: 1 << 20, to: 0) == nil)
  }

  @Test("Of the nodes nothing is left but what a process can use, and their distances")
  func limited() {
    let topology = Topology.current()
    let cpus = Set(topology.nodes.flatMap(\.cpus))
    let whole = topology.limited(toCPUs: cpus, memoryOf: Set(topology.nodesWithMemory))
    #expect(whole.nodes == topology.nodes)
    let none = topology.limited(toCPUs: [], memoryOf: [])
    #expect(none.nodesWithCPUs.isEmpty && none.nodesWithMemory.isEmpty)
    #expect(none.nodes.map(\.id) == topology.nodes.map(\.id))
    for id in topology.nodes.map(\.id) {
      #expect(none.distance(from: id, to: id) == topology.distance(from: id, to: id))
    }
    // Who may not tell nodes apart sees one.
    #expect(topology.restriction == nil || !topology.isNUMA)
  }

  @Test("A pinned thread may run on its node's CPUs only")
  func pin() {
    let topology = Topology.current()
    for node in topology.nodes where !node.cpus.isEmpty {
      onThreads(1) { _ in
        #expect(throws: Never.self) { try CPUs.pin(to: node.cpus) }
        let allowed = KernelFile.words(after: "Cpus_allowed_list:", in: "/proc/thread-self/status")
        #expect(Set(node.cpus).isSuperset(of: KernelFile.list(allowed?[0] ?? "-1")))
      }
    }
  }

  @Test("The mapping limit is vm.max_map_count")
  func mappingLimit() throws {
    let text = try #require(KernelFile.lines("/proc/sys/vm/max_map_count").first)
    #expect(MappingLimit.current == Int(text))
  }

  @Test("Mappings in use are counted, and as many as are left can be had")
  func mappingsInUse() async {
    // In a process of its own, where nobody else maps.
    await #expect(processExitsWith: .success) {
      let before = MappingLimit.inUse
      let pages = unsafe mmap(nil, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      _ = unsafe mprotect(pages! + 4096, 4096, PROT_READ)
      // The first and the last page can be joined to what lies beside them.
      #expect((before + 1...before + 4).contains(MappingLimit.inUse))

      let limit = try #require(MappingLimit.current)
      let left = limit - MappingLimit.inUse
      #expect(throws: Never.self) { try MappingLimit.check(needed: left - 4) }
      #expect(throws: VmemmapError.self) { try MappingLimit.check(needed: left + 4) }
    }
  }
}
