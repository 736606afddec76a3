import Testing
import Vmemmap

/// What the kernel tells of a map's mappings.
@Suite("Policies and mapping sizes")
struct MappingTests {
  private static let hasPolicies = KernelFile.exists("/proc/self/numa_maps")

  @Test(
    "Bound struct pages and their template have the policy to lie on their node",
    .enabled(if: hasPolicies, "the kernel has no NUMA policies"))
  func policy() throws {
    let node = try #require(Topology.current().nodesWithMemory.last)
    let memory = ModelledMemory(order: 9, sections: [MemorySection(node: node, pages: 1024)])
    var map = try memory.map(HeadMaskFormat.self, bindToNodes: true)
    try map.optimize(folios: memory.heads)
    // The template area is a mapping of its own once the last tails before it are optimised.
    for address in [map.base, map.base + 1024 * 64] {
      #expect(policy(of: address) == "bind:\(node)")
    }
    try map.restore(folios: memory.heads)
    #expect(policy(of: map.base) == "bind:\(node)")
  }

  @Test(
    "Without binding they have none", .enabled(if: hasPolicies, "the kernel has no NUMA policies"))
  func noPolicy() throws {
    let map = try ModelledMemory(order: 9, folios: 2).map(HeadMaskFormat.self)
    #expect(policy(of: map.base) == "default")
  }

  @Test("A map that says so has huge mappings, and any other none", arguments: MappingSize.allCases)
  func mappingSize(asked: MappingSize) throws {
    let map = try ModelledMemory(order: 9, folios: 128).map(HeadMaskFormat.self, mappingSize: asked)
    if asked == .base { #expect(map.mappingSize == .base) }
    let granted = hugeKibibytes(at: map.base)
    #expect(granted == (map.mappingSize == .huge ? 4096 : 0))
  }

  @Test("Too little for a huge page is mapped by base pages")
  func tooSmallForHuge() throws {
    let map = try ModelledMemory(order: 9, folios: 63).map(HeadMaskFormat.self, mappingSize: .huge)
    #expect(map.mappingSize == .base)
    #expect(try map.allocatedBytes() == 63 << 15)
  }

  /// The second word of the mapping's line.
  private func policy(of address: UInt) -> String? {
    let start = String(address, radix: 16) + " "
    return KernelFile.lines("/proc/self/numa_maps").first { $0.hasPrefix(start) }
      .map { String($0.split(separator: " ")[1]) }
  }

  /// `ShmemPmdMapped` of the mapping that starts at an address.
  private func hugeKibibytes(at address: UInt) -> Int? {
    let start = String(address, radix: 16) + "-"
    return KernelFile.lines("/proc/self/smaps").drop { !$0.hasPrefix(start) }
      .first { $0.hasPrefix("ShmemPmdMapped:") }
      .flatMap { Int($0.split(separator: " ")[1]) }
  }
}
