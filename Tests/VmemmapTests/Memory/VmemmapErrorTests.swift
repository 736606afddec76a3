import SystemPackage
import Testing
import Vmemmap

@Suite("Errors of memory maps")
struct VmemmapErrorTests {
  @Test(
    "Each error names its values, and what to do where there is something",
    arguments: [
      (
        .system(attempt: "map 8 bytes", errno: .noMemory), ["map 8 bytes", "memory; ", "ulimit -v"]
      ),
      (.system(attempt: "memfd_create(x)", errno: .tooManyOpenFiles), ["x", "ulimit -n"]),
      (.numa(attempt: "bind 8 bytes to node 3", errno: .notPermitted), ["node 3", "CAP_SYS_NICE"]),
      (
        .numa(attempt: "bind 8 bytes to node 3", errno: .invalidArgument),
        ["node 3", "cpuset", "Mems_allowed_list"]
      ),
      (.numa(attempt: "bind 8 bytes to node 0", errno: .noFunction), ["node 0", "CONFIG_NUMA"]),
      (
        .misaligned(base: 0x7f00, format: "mask", alignment: 77), ["0x7f00", "mask", "77", "align"]
      ),
      (
        .tooManyMappings(needed: 70_000, inUse: 123, limit: 65_530),
        ["70000", "123", "65530", "sysctl -w vm.max_map_count="]
      ),
      (.orderOutOfRange(order: 3, range: 7...22), ["3", "7", "22"]),
      (.pageOutOfRange(pfn: 1024, pageCount: 512), ["1024", "512"]),
      (.notAHead(pfn: 65), ["65", "tail", "head"]),
      (.partialVmemmapPage(sectionPages: 65, multiple: 64), ["65", "multiple of 64"]),
      (.basePageSize(8192, machine: 4096), ["8192", "4096, 16384, 65536"]),
      (.tooManyTemplates(limit: 64), ["64", "split"]),
      (.noSuchNode(node: 3, nodes: [0, 1]), ["3", "0, 1"]),
      (.nodeBeyondFlags(node: 70), ["node 70", "0 to 63"]),
      (.notWholeCompoundPages(pfns: 3..<515, order: 9), ["3..<515", "order 9", "512"]),
      (.alreadyPopulated(pfns: 0..<128), ["0..<128", "once"]),
      (.notDeviceMemory(pfns: 0..<256), ["0..<256", "zone device"]),
      (.deviceMemory(pfn: 512), ["512", "device memory", "HugeTLB"]),
      (.folioInUse(pfn: 512, referenceCount: 3), ["512", "count of 3, not 1"]),
      (
        .demotedButNotOptimized(
          pfn: 4096, order: 9, optimized: 5, folios: 8, reason: .tooManyTemplates(limit: 64)),
        ["4096", "8 folios of order 9", "only 5", "more than 64 pairs", "optimise them later"]
      ),
    ] as [(VmemmapError, [String])])
  func descriptions(error: VmemmapError, parts: [String]) {
    for part in parts { #expect("\(error)".contains(part)) }
  }
}
