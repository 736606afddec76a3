public import SystemPackage

/// Why a memory map could not be made or changed.
public enum VmemmapError: Error, Equatable {
  /// A system call failed; `attempt` says what was tried, with its values.
  case system(attempt: String, errno: Errno)
  /// The struct page of pfn 0 is not where the format needs it.
  case misaligned(base: UInt, format: String, alignment: Int)
  /// More mappings than `vm.max_map_count` allows the process.
  case tooManyMappings(needed: Int, inUse: Int, limit: Int)
  /// The order can't be modelled.
  case orderOutOfRange(order: Int, range: ClosedRange<Int>)
  /// The pages asked for do not fit the map or its sections.
  case outOfBounds(what: String)
  /// A node that this machine does not have, or that has no memory.
  case noSuchNode(node: Int, nodes: [Int])
}

extension VmemmapError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let attempt, let errno):
      "\(attempt): \(errno.description)"
    case .misaligned(let base, let format, let alignment):
      "a memory map at 0x\(String(base, radix: 16)) is not aligned to \(alignment) bytes: the "
        + "\(format) format would find wrong heads; align it, or use the pointer format"
    case .tooManyMappings(let needed, let inUse, let limit):
      "\(needed) mappings are needed besides the \(inUse) in use, but vm.max_map_count is \(limit); "
        + "ask for fewer huge pages, or raise it: sysctl -w vm.max_map_count=\(needed + inUse + 4096)"
    case .orderOutOfRange(let order, let range):
      "order \(order) is out of range: \(range.lowerBound) to \(range.upperBound)"
    case .outOfBounds(let what):
      what
    case .noSuchNode(let node, let nodes):
      "node \(node) has no memory on this machine; nodes with memory: "
        + nodes.map(String.init).joined(separator: ", ")
    }
  }
}
