import CNuma
import Glibc
import SystemPackage

/// The NUMA nodes of this machine, from libnuma.
///
/// A kernel without NUMA counts as one node, 0, with all CPUs, online or not, and all memory.
public struct Topology: Sendable {
  public struct Node: Sendable, Hashable {
    public let id: Int
    public let cpus: [Int]
    /// 0 for a node without memory.
    public let memoryBytes: Int
    /// By the number of the other node.
    let distances: [Int: Int]
  }

  public let nodes: [Node]

  /// Why this process can't tell nodes apart that the kernel has; nil where it can.
  public let restriction: VmemmapError?

  /// Reads the topology. The corresponding libnuma functions are `numa_available()`,
  /// `numa_node_to_cpus()`, `numa_node_size64()` and `numa_distance()`. A node that can't be read is not
  /// taken for one without CPUs or memory: all nodes count as one then.
  public static func current() -> Topology {
    guard numa_available() >= 0 else {
      let refusal = VmemmapError.numa(
        attempt: "ask for the NUMA policy", errno: Errno(rawValue: errno))
      return Topology(
        nodes: [wholeMachine], restriction: kernelHasSeveralNodes ? refusal : nil)
    }
    do throws(VmemmapError) {
      let ids = 0...max(0, Int(numa_max_node()))
      var nodes: [Node] = []
      for id in ids { nodes.append(try node(id, of: ids)) }
      nodes.removeAll { $0.cpus.isEmpty && $0.memoryBytes == 0 }
      let topology = Topology(nodes: nodes, restriction: nil)
      // Without /sys nothing is told of any node.
      let isTold = !topology.nodesWithCPUs.isEmpty && !topology.nodesWithMemory.isEmpty
      return isTold ? topology : Topology(nodes: [wholeMachine], restriction: nil)
    } catch {
      return Topology(nodes: [wholeMachine], restriction: kernelHasSeveralNodes ? error : nil)
    }
  }

  /// The same nodes with what a process can use of them.
  ///
  /// - Parameters:
  ///   - cpus: the CPUs that it may run on.
  ///   - memoryNodes: the nodes whose memory it can choose; the others count as without memory.
  public func limited(toCPUs cpus: Set<Int>, memoryOf memoryNodes: Set<Int>) -> Topology {
    Topology(
      nodes: nodes.map { node in
        Node(
          id: node.id, cpus: node.cpus.filter(cpus.contains),
          memoryBytes: memoryNodes.contains(node.id) ? node.memoryBytes : 0,
          distances: node.distances)
      }, restriction: restriction)
  }

  /// Whether there is more than one node to choose from.
  public var isNUMA: Bool { nodes.count > 1 }

  /// How far a node's memory is for another node's CPUs: 10 for its own, 20 for twice the time, as the
  /// firmware says; nil where it does not, or one of them is not here.
  public func distance(from node: Int, to memoryNode: Int) -> Int? {
    nodes.first { $0.id == node }?.distances[memoryNode]
  }

  public var nodesWithCPUs: [Int] { nodes.filter { !$0.cpus.isEmpty }.map(\.id) }
  public var nodesWithMemory: [Int] { nodes.filter { $0.memoryBytes > 0 }.map(\.id) }

  private static var kernelHasSeveralNodes: Bool {
    // A list of ranges, such as "0-1,3".
    TextFile.read("/sys/devices/system/node/has_memory")?.contains { "-,".contains($0) } ?? false
  }

  private static var wholeMachine: Node {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    // How many are online does not tell which.
    return Node(
      id: 0, cpus: Array(0..<sysconf(Int32(_SC_NPROCESSORS_CONF))),
      memoryBytes: pages * SystemMemory.pageSize, distances: [0: localDistance])
  }

  /// `LOCAL_DISTANCE`.
  private static let localDistance = 10

  /// libnuma answers 0 for a node that does not exist.
  private static func distances(fromNode node: Int, to others: ClosedRange<Int>) -> [Int: Int] {
    let pairs = others.map { ($0, Int(numa_distance(Int32(node), Int32($0)))) }
    return Dictionary(uniqueKeysWithValues: pairs.filter { $0.1 > 0 })
  }

  /// - Throws: ``VmemmapError/system(attempt:errno:)``, but not for a number that no node has.
  private static func node(_ id: Int, of ids: ClosedRange<Int>) throws(VmemmapError) -> Node {
    let memoryBytes = Int(numa_node_size64(Int32(id), nil))
    if memoryBytes < 0 { try checkAbsence("how much memory node \(id) has") }
    return Node(
      id: id, cpus: try cpus(ofNode: id), memoryBytes: max(0, memoryBytes),
      distances: distances(fromNode: id, to: ids))
  }

  private static func cpus(ofNode node: Int) throws(VmemmapError) -> [Int] {
    let mask = try unsafe CPUs.emptyMask()
    defer { unsafe numa_bitmask_free(mask) }
    guard unsafe numa_node_to_cpus(Int32(node), mask) == 0 else {
      try checkAbsence("which CPUs node \(node) has")
      return []
    }
    return (0..<Int(unsafe mask.pointee.size)).filter {
      unsafe numa_bitmask_isbitset(mask, UInt32($0)) != 0
    }
  }

  /// After libnuma could not read something of a node: whether that is because there is no such node.
  private static func checkAbsence(_ what: String) throws(VmemmapError) {
    let errno = Errno(rawValue: errno)
    guard errno == .noSuchFileOrDirectory else {
      throw .system(attempt: "read \(what)", errno: errno)
    }
  }
}
