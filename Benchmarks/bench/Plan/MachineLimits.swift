import Host
import Vmemmap

/// What of a plan does not fit this machine.
struct LeftOut: Hashable, CustomStringConvertible {
  let what: String
  let why: String

  var description: String { "\(what): \(why)" }
}

/// What bounds a plan on this machine, read once.
struct MachineLimits {
  /// With those CPUs and that memory only which this process may use.
  let topology: Topology
  /// Of each node whose memory this process can't choose, why.
  let nodeProblems: [Int: VmemmapError]
  let mappingLimit: Int?
  let memory: MemoryRoom?
  /// What footprints are chosen by: the machine's caches, or common ones where it does not tell.
  let caches: CacheSizes
  /// Why this process can't patch its code to turn the old kernel's static key; nil where it can.
  let keyProblem: VmemmapError?

  /// Mappings that a process has before it maps struct pages: its libraries, heap and stacks.
  private static let ownMappings = 512
  /// Bytes that the run and its measuring process take for themselves; seen: 47 MiB.
  private static let ownMemory = 64 << 20
  /// Addresses and answers of each page that is visited.
  private static let bytesForPage = 16

  /// More than any machine's memory.
  static let mostBytes = 1 << 48

  /// - Throws: ``VmemmapError`` where not even the CPUs are told.
  static func current() throws -> MachineLimits {
    let topology = Topology.current()
    let problems = topology.bindingProblems()
    // Where none can be chosen, memory is on a thread's own node: one that can be modelled.
    let memory = Set(topology.nodesWithMemory.filter(PageFlags.nodes.contains))
    let bindable = memory.subtracting(problems.keys)
    return MachineLimits(
      topology: topology.limited(
        toCPUs: Set(try CPUs.allowed), memoryOf: bindable.isEmpty ? memory : bindable),
      nodeProblems: problems, mappingLimit: MappingLimit.current,
      memory: .current(),
      caches: CacheSizes(of: .current()) ?? .common, keyProblem: OptimizeVmemmapKey.problem())
  }

  /// The mappings that a process needs for cells that share their memory maps.
  static func mappings(_ cells: [PlannedCell]) -> Int {
    let cell = cells[0].cell
    let each =
      cell.hvo == .on ? cell.folios * MemoryMap.mappings(forOptimizedOrder: cell.order) : 0
    return cells.formats.count { $0.sharedTails != nil } * each + ownMappings
  }

  /// The bytes of memory that a process needs for cells that share their memory maps.
  static func memory(_ cells: [PlannedCell]) -> Int {
    let pages = cells[0].cell.pages
    let ballast = min(2 * pages, MapSet.mostBallast) * HeadPointerFormat.structPageSize
    return ownMemory + ballast + pages * bytesForPage + mapBytes(cells)
  }

  /// The bytes of memory maps that cells share.
  static func mapBytes(_ cells: [PlannedCell]) -> Int {
    let cell = cells[0].cell
    return cells.formats.reduce(0) {
      $0 + cell.pages * $1.structPageSize + cell.pages >> cell.order * $1.folioSize
    }
  }

  /// Whether memory can be put on a node; where it can't, a thread's is on its own node, if that has
  /// room.
  var bindsToNodes: Bool {
    topology.isNUMA && topology.nodesWithMemory.contains { nodeProblems[$0] == nil }
  }

  /// The CPUs of each node that this process may use.
  var cpus: [Int: [Int]] {
    Dictionary(uniqueKeysWithValues: topology.nodes.map { ($0.id, $0.cpus) })
  }

  /// Why no machine has memory for a cell, or its threads can't each have a CPU here, if so.
  func reasonToLeaveOut(_ cell: Cell) -> LeftOut? {
    // First of all, because products of what a cell has would overflow.
    guard cell.folios <= MachineLimits.mostBytes >> (cell.order + Page.shift) else {
      return LeftOut(
        what: cell.foliosOfOrder,
        why: """
          more than \(MachineLimits.mostBytes >> 40) TiB of memory are needed; take fewer with \
          --footprint
          """)
    }
    let nodes = [cell.cpuNode, cell.peerNode].compactMap(\.self)
    let perNode = (cell.threads + nodes.count - 1) / nodes.count
    for node in nodes where cpus[node, default: []].count < perNode {
      let count = cpus[node, default: []].count
      return LeftOut(
        what: "\(cell.threads) threads",
        why: """
          \(perNode) CPUs of node \(node) are needed, but this process may use \(count); take fewer \
          with --threads
          """)
    }
    return nil
  }

  /// Why a cell can't be measured with its arms, if so.
  ///
  /// - Precondition: the cell alone can be measured.
  func reasonToLeaveOut(_ planned: PlannedCell) -> LeftOut? {
    let cell = planned.cell
    guard cell.threads > 1,
      planned.formats.contains(where: { caches.level(of: cell, on: $0) == .beyond })
    else { return nil }
    return LeftOut(
      what: "\(cell.threads) threads beyond the caches",
      why: """
        what one thread reads would be in the last-level cache for the others; take fewer folios with \
        --footprint, or one thread
        """)
  }

  /// Why the memory maps that cells share can't be made here, if so.
  ///
  /// - Parameter mostBytes: of struct pages that a map may have.
  /// - Precondition: each cell alone can be measured.
  func reasonToLeaveOut(_ cells: [PlannedCell], mostBytes: Int = .max) -> LeftOut? {
    let cell = cells[0].cell
    let what = cell.foliosOfOrder
    if cell.footprintBytes > mostBytes {
      return LeftOut(
        what: what,
        why: """
          \(cell.footprintBytes >> 20) MiB of struct pages in each map take more time than the preset \
          has; name the number with --footprint
          """)
    }
    if cell.hvo == .on, let mappingLimit {
      let needed = MachineLimits.mappings(cells)
      if needed > mappingLimit {
        return LeftOut(
          what: "\(what) under HVO",
          why: """
            \(needed) mappings are needed, but vm.max_map_count is \(mappingLimit); take fewer with \
            --footprint, or raise it: sysctl -w vm.max_map_count=\(needed)
            """)
      }
    }
    if let memory {
      let needed = MachineLimits.memory(cells)
      if needed > memory.bytes {
        return LeftOut(
          what: what,
          why: """
            \(needed >> 20) MiB of memory are needed, but \(memory.told) available; take fewer with \
            --footprint
            """)
      }
    }
    return nil
  }
}

extension Cell {
  /// Why the cell's pages would not be the population that its rows name, if so.
  var reasonWithoutPopulation: LeftOut? {
    // So many of the largest hold any.
    guard let population, folios < Population.mostFoliosTooFew, !population.holds(in: pages) else {
      return nil
    }
    var enough = self
    repeat { enough.folios += 1 } while !population.holds(in: enough.pages)
    return LeftOut(
      what: foliosOfOrder,
      why: """
        the nearest that their pages come to the population \(population) is \
        \(population.nearest(in: pages)); take \(enough.folios) with --footprint
        """)
  }

  fileprivate var foliosOfOrder: String {
    "\(folios) folio\(folios == 1 ? "" : "s") of order \(order)"
  }
}

extension Topology {
  /// Tries to put struct pages on each node that has memory.
  ///
  /// - Returns: of each node that refuses, why: a cpuset may lack it, a container forbid it, or the model
  ///   have no room for its number.
  func bindingProblems() -> [Int: VmemmapError] {
    guard isNUMA else { return [:] }
    var problems: [Int: VmemmapError] = [:]
    for node in nodesWithMemory {
      do throws(VmemmapError) {
        _ = try MemoryMap(
          format: HeadPointerFormat.self,
          sections: [MemorySection(node: node, pages: structPagesPerVmemmapPage)],
          bindToNodes: true)
      } catch {
        problems[node] = error
      }
    }
    return problems
  }
}

extension OptimizeVmemmapKey {
  /// Tries to turn the key on and off; leaves it off.
  ///
  /// - Returns: why it can't be turned here, if so.
  static func problem() -> VmemmapError? {
    do throws(VmemmapError) {
      try increment()
      try decrement()
      return nil
    } catch {
      return error
    }
  }
}
