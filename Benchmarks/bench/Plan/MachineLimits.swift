import Vmemmap

/// What of a plan does not fit this machine.
struct LeftOut: Hashable, CustomStringConvertible {
  let what: String
  let why: String

  var description: String { "\(what): \(why)" }
}

/// What bounds a plan on this machine, read once.
struct MachineLimits {
  let topology: Topology
  /// The CPUs of each node that this process may use.
  let cpus: [Int: [Int]]
  let mappingLimit: Int?
  let availableMemory: Int?
  /// Why this process can't patch its code to turn the old kernel's static key; nil where it can.
  let keyProblem: VmemmapError?

  /// Mappings that a process has before it maps struct pages: its libraries, heap and stacks.
  private static let ownMappings = 512
  /// Bytes besides struct pages: addresses, samples, the process itself.
  private static let ownMemory = 256 << 20

  /// More than any machine's memory.
  private static let mostBytes = 1 << 48

  static func current() -> MachineLimits {
    let topology = Topology.current()
    let allowed = Set(CPUs.allowed)
    return MachineLimits(
      topology: topology,
      cpus: Dictionary(
        uniqueKeysWithValues: topology.nodes.map { ($0.id, $0.cpus.filter(allowed.contains)) }),
      mappingLimit: MappingLimit.current,
      availableMemory: SystemMemory.availableBytes, keyProblem: OptimizeVmemmapKey.problem())
  }

  /// The mappings that a process needs for cells that share their memory maps.
  static func mappings(_ cells: [Cell], _ choice: ArmChoice) -> Int {
    let cell = cells[0]
    let each =
      cell.hvo == .on ? cell.folios * MemoryMap.mappings(forOptimizedOrder: cell.order) : 0
    return choice.formats(of: cells).count { $0.sharedTails != nil } * each + ownMappings
  }

  /// The bytes of memory that a process needs for cells that share their memory maps.
  static func memory(_ cells: [Cell], _ choice: ArmChoice) -> Int {
    let cell = cells[0]
    return choice.formats(of: cells).reduce(ownMemory) {
      $0 + cell.pages * $1.structPageSize + cell.pages >> cell.order * $1.folioSize
    }
  }

  /// Why a cell's threads can't each have a CPU, if so.
  func reasonToLeaveOut(_ cell: Cell) -> LeftOut? {
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

  /// Why the memory maps that cells share can't be made here, if so.
  func reasonToLeaveOut(_ cells: [Cell], _ choice: ArmChoice) -> LeftOut? {
    let cell = cells[0]
    let what = "\(cell.folios) folio\(cell.folios == 1 ? "" : "s") of order \(cell.order)"
    // First of all, because the products below would overflow.
    guard cell.folios <= MachineLimits.mostBytes >> (cell.order + Page.shift) else {
      return LeftOut(
        what: what,
        why: """
          more than \(MachineLimits.mostBytes >> 40) TiB of memory are needed; take fewer with \
          --footprint
          """)
    }
    if cell.hvo == .on, let mappingLimit {
      let needed = MachineLimits.mappings(cells, choice)
      if needed > mappingLimit {
        return LeftOut(
          what: "\(what) under HVO",
          why: """
            \(needed) mappings are needed, but vm.max_map_count is \(mappingLimit); take fewer with \
            --footprint, or raise it: sysctl -w vm.max_map_count=\(needed)
            """)
      }
    }
    if let availableMemory {
      let needed = MachineLimits.memory(cells, choice)
      if needed > availableMemory {
        return LeftOut(
          what: what,
          why: """
            \(needed >> 20) MiB of memory are needed, but \(availableMemory >> 20) MiB are available; \
            take fewer with --footprint
            """)
      }
    }
    return nil
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
