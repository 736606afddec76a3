import Measurement
import Results
import Vmemmap

/// The memory maps of a group of cells: one for each arm of a cell, alike but for what tails hold.
///
/// No two arms of a cell share a map, the twin included. What one has brought into the caches would be
/// there for the other, so that the format with the most arms would seem the fastest.
final class MapSet {
  let key: MapKey
  private let folios: Folios
  /// What the map in each place holds.
  private let formats: [any TailFormat.Type]
  private let maps: [Owner]
  /// The places that have maps of the same shape.
  private let alike: [[Int]]
  /// Of each of these, who gets whose memory next.
  private var orders: [BalancedOrder]
  /// Of each place the place whose memory it has now.
  private var owners: [Int]
  /// Memory of which nothing is read, so that the maps lie elsewhere than those of the process before,
  /// whose pages are free again: what pages do to each other in the caches would else be the same in
  /// all processes of a run, and another in the next run.
  private let ballast: Owner

  /// A class, because arrays can't hold noncopyable values.
  private final class Owner {
    var map: MemoryMap
    init(_ map: consuming MemoryMap) { self.map = map }

    /// Whether the map can be prepared in a format.
    func fits(_ format: any TailFormat.Type) -> Bool {
      map.format.structPageSize == format.structPageSize && map.format.folioSize == format.folioSize
    }
  }

  /// The most struct pages that are ballast: 64 MiB of them.
  static let mostBallast = 1 << 20

  /// - Parameters:
  ///   - formats: of the map in each place.
  ///   - folios: of all maps.
  ///   - generator: for the size of the ballast, and for who gets which memory.
  ///   - former: maps with the same memory that are no longer needed (``MapKey/hasSameMemory(as:)``):
  ///     it is taken over, because the system clears what it gives.
  init(
    _ key: MapKey, formats: [any TailFormat.Type], folios: Folios, bindToNodes: Bool,
    generator: SeededGenerator, former: MapSet? = nil
  ) throws(VmemmapError) {
    let pages = max(key.folios << key.order, structPagesPerVmemmapPage)
    var generator = generator
    if let former {
      ballast = former.ballast
    } else {
      ballast = try MapSet.ballast(pages, key, bindToNodes, &generator)
    }
    var spare = former?.maps ?? []
    var maps = [Owner?](repeating: nil, count: formats.count)
    // In a drawn order: what is made later lies elsewhere in memory.
    var places = Array(formats.indices)
    generator.shuffle(&places)
    for place in places {
      let format = formats[place]
      if let index = spare.firstIndex(where: { $0.fits(format) }) {
        maps[place] = spare.remove(at: index)
        continue
      }
      maps[place] = Owner(
        try MemoryMap(
          format: format, sections: [MemorySection(node: key.memoryNode, pages: pages)],
          mappingSize: key.isOptimized(format) ? .base : key.mapping, bindToNodes: bindToNodes,
          templateNode: key.templateNode))
    }
    let made = maps.compactMap(\.self)
    self.key = key
    self.folios = folios
    self.formats = formats
    self.maps = made
    owners = Array(made.indices)
    let shapes = made.map { $0.map.shape }
    alike = Set(shapes).map { shape in made.indices.filter { shapes[$0] == shape } }
      .sorted { $0[0] < $1[0] }
    orders = alike.enumerated().map { number, places in
      BalancedOrder(
        arms: places.count, generator: generator.stream("memory").stream(UInt64(number)))
    }
    if !key.optimized { draw() }
    try initialize()
    for (owner, format) in zip(maps, formats) where key.isOptimized(format) {
      try owner?.map.optimize(
        folios: stride(from: 0, to: key.folios << key.order, by: 1 << key.order))
    }
  }

  /// - Parameter pages: of each map that is used.
  private static func ballast(
    _ pages: Int, _ key: MapKey, _ bindToNodes: Bool, _ generator: inout SeededGenerator
  ) throws(VmemmapError) -> Owner {
    let ballastPages = 1 + generator.below(min(2 * pages, MapSet.mostBallast))
    return Owner(
      try MemoryMap(
        format: HeadPointerFormat.self,
        sections: [
          MemorySection(
            node: key.memoryNode,
            pages: (ballastPages / structPagesPerVmemmapPage + 1) * structPagesPerVmemmapPage)
        ], mappingSize: key.optimized ? .base : key.mapping, bindToNodes: bindToNodes))
  }

  /// The places of maps for the formats, in their order, no place twice.
  func places(for formats: [any TailFormat.Type]) -> [Int] {
    var free = Array(self.formats.indices)
    return formats.map { format in
      guard let index = free.firstIndex(where: { self.formats[$0].name == format.name }) else {
        preconditionFailure("no memory map left for the format \(format.name)")
      }
      return free.remove(at: index)
    }
  }

  /// What HVO saved, of one map for each format.
  func memoryAccounts() throws(VmemmapError) -> [MemoryAccount] {
    guard key.optimized else { return [] }
    var accounts: [MemoryAccount] = []
    for (format, owner) in zip(formats, maps)
    where format.sharedTails != nil && !accounts.contains(where: { $0.format == format.name }) {
      accounts.append(MemoryAccount(key, format: format, proof: try owner.map.aliasingProof()))
    }
    return accounts
  }

  /// Of struct pages, were none of them shared.
  var bytes: Int { maps.reduce(0) { $0 + $1.map.pageCount * $1.map.format.structPageSize } }

  /// The share of vmemmap pages and templates that are on the node they belong to, of the map that
  /// has the least; nil where the kernel does not tell.
  var placement: Double? {
    do throws(VmemmapError) {
      var least = 1.0
      for owner in maps { least = min(least, try owner.map.placement().share) }
      return least
    } catch {
      return nil
    }
  }

  /// The address of page frame 0's struct page in the map in a place.
  func base(_ place: Int) -> UInt { owner(place).map.base }

  /// The size of the mappings that the machine granted the map in a place.
  func mappingSize(_ place: Int) -> MappingSize { owner(place).map.mappingSize }

  /// What the map in a place holds.
  func format(_ place: Int) -> any TailFormat.Type { formats[place] }

  /// Where struct pages and heads lie on the map in a place.
  func shape(_ place: Int) -> MapShape { owner(place).map.shape }

  private func owner(_ place: Int) -> Owner { maps[owners[place]] }

  /// Gives each place the memory of another one of the same shape, or its own again, so that physical
  /// placement favours none of them.
  ///
  /// Maps under HVO keep theirs: their formats are mapped in different ways. Costs about as much as
  /// writing all maps once.
  func swapMemory() throws(VmemmapError) {
    guard !key.optimized else { return }
    draw()
    try initialize()
  }

  /// Makes the compound pages of each place's format in the memory that it has now.
  private func initialize() throws(VmemmapError) {
    for (place, format) in formats.enumerated() {
      try folios.initialize(&owner(place).map, format)
    }
  }

  /// Draws who gets which memory, of all that are of one shape. Any two places share memory over time
  /// as often as any other two: with rings a baseline shared more with its twin than with other arms.
  private func draw() {
    for (number, places) in alike.enumerated() {
      for (place, owner) in zip(places, orders[number].next()) {
        owners[place] = places[owner]
      }
    }
  }
}

extension MapKey {
  /// Whether struct pages of a format are optimised; those whose tails can't be shared stay as the
  /// kernel maps struct pages without HVO.
  fileprivate func isOptimized(_ format: any TailFormat.Type) -> Bool {
    optimized && format.sharedTails != nil
  }

  /// Whether maps for one key can be prepared anew for the other: they differ in their orders alone.
  func hasSameMemory(as other: MapKey) -> Bool {
    !optimized && !other.optimized && folios << order == other.folios << other.order
      && mapping == other.mapping && memoryNode == other.memoryNode
      && templateNode == other.templateNode
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
    var saving = Meta.Saving(
      order: order, layout: format, vmemmapPages: vmemmapPages / folios,
      bytesMeasured: savedBytes / folios,
      bytesByFormula: (vmemmapPages / folios - 1) * basePageSize)
    saving.folios = folios
    saving.frames = distinctFrames
    return saving
  }
}
