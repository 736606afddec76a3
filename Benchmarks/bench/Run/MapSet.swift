import Results
import Vmemmap

/// The memory maps of a group of cells: one for each format in use, alike but for what tails hold.
final class MapSet {
  let key: MapKey
  /// What the machine granted, the same for all maps or `mixed` in reports.
  let mappingSizes: Set<MappingSize>
  let accounts: [MemoryAccount]
  private var maps: [Owner]

  /// A class, because arrays can't hold noncopyable values.
  private final class Owner {
    var map: MemoryMap
    init(_ map: consuming MemoryMap) { self.map = map }
  }

  init(
    _ key: MapKey, formats: [any TailFormat.Type], bindToNodes: Bool
  ) throws(VmemmapError) {
    let pages = max(key.folios << key.order, structPagesPerVmemmapPage)
    var maps: [Owner] = []
    var accounts: [MemoryAccount] = []
    for format in formats {
      var map = try MemoryMap(
        format: format, sections: [MemorySection(node: key.memoryNode, pages: pages)],
        mappingSize: key.mapping, bindToNodes: bindToNodes)
      try map.initialize(order: key.order)
      if key.optimized {
        try map.optimize(folios: stride(from: 0, to: key.folios << key.order, by: 1 << key.order))
        accounts.append(MemoryAccount(key, format: format, proof: try map.aliasingProof()))
      }
      maps.append(Owner(map))
    }
    self.key = key
    self.maps = maps
    self.accounts = accounts
    mappingSizes = Set(maps.map { $0.map.mappingSize })
  }

  /// The address of page frame 0's struct page in the map of a format.
  func base(_ format: any TailFormat.Type) -> UInt {
    guard let owner = maps.first(where: { $0.map.format.name == format.name }) else {
      preconditionFailure("no memory map for the format \(format.name)")
    }
    return owner.map.base
  }

  /// Lets each format take the memory of the next one, so that physical placement favours none.
  ///
  /// Maps under HVO keep theirs: their formats are mapped in different ways. Costs about as much as
  /// writing all maps once.
  func swapMemory() throws(VmemmapError) {
    guard !key.optimized, maps.count > 1 else { return }
    let formats = maps.map { $0.map.format }
    for (index, owner) in maps.enumerated() {
      try owner.map.initialize(order: key.order, format: formats[(index + 1) % formats.count])
    }
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
