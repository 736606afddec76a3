import Results
import Vmemmap

/// The memory maps of a group of cells: one for each format in use, alike but for what tails hold.
final class MapSet {
  let key: MapKey
  /// What the machine granted, the same for all maps or `mixed` in reports.
  private(set) var mappingSizes: Set<MappingSize> = []
  private(set) var accounts: [MemoryAccount] = []
  private var bases: [String: UInt] = [:]
  private var maps: [Owner] = []

  /// A class, because arrays can't hold noncopyable values.
  private final class Owner {
    let map: MemoryMap
    init(_ map: consuming MemoryMap) { self.map = map }
  }

  init(
    _ key: MapKey, formats: [any TailFormat.Type], bindToNodes: Bool
  ) throws(VmemmapError) {
    self.key = key
    for format in formats {
      let pages = max(key.folios << key.order, structPagesPerVmemmapPage)
      var map = try MemoryMap(
        format: format, sections: [MemorySection(node: key.memoryNode, pages: pages)],
        mappingSize: key.mapping, bindToNodes: bindToNodes)
      try map.initialize(order: key.order)
      if key.optimized {
        try map.optimize(folios: stride(from: 0, to: key.folios << key.order, by: 1 << key.order))
        accounts.append(MemoryAccount(key, format: format, proof: try map.aliasingProof()))
      }
      bases[format.name] = map.base
      mappingSizes.insert(map.mappingSize)
      maps.append(Owner(map))
    }
  }

  /// The address of page frame 0's struct page in the map of a format.
  func base(_ format: any TailFormat.Type) -> UInt {
    guard let base = bases[format.name] else {
      preconditionFailure("no memory map for the format \(format.name)")
    }
    return base
  }
}

/// What HVO saved on one map, as the kernel accounts it.
struct MemoryAccount: Codable, Hashable {
  let format: String
  let order: Int
  let folios: Int
  let vmemmapPages: Int
  let fullBytes: Int
  let savedBytes: Int
  /// Nil without the privilege to read page frame numbers.
  let distinctFrames: Int?

  init(_ key: MapKey, format: any TailFormat.Type, proof: AliasingProof) {
    self.format = format.name
    order = key.order
    folios = key.folios
    vmemmapPages = proof.vmemmapPages
    fullBytes = proof.fullBytes
    savedBytes = proof.savedBytes
    distinctFrames = proof.distinctFrames
  }
}

extension MemoryAccount {
  /// For one folio: what is left of its vmemmap pages is the first one; templates are shared.
  var saving: Meta.Saving {
    Meta.Saving(
      order: order, layout: format, vmemmapPages: vmemmapPages / folios,
      bytesMeasured: savedBytes / folios,
      bytesByFormula: (vmemmapPages / folios - 1) * basePageSize)
  }
}
