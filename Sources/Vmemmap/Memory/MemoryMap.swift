/// The struct pages of a span of modelled physical memory: a `vmemmap` of one's own.
///
/// One aligned reservation over a memory file, populated before use, so that reading it never
/// meets the zero page. Page frame 0 stands at a multiple of ``PageGeometry/memoryMapAlignment``, as
/// the mask format needs it for every folio.
///
///     base                                                             base + pages * 64
///     |  section 0 (node, zone)           |  section 1                     |
///     |page|page|page|...                 |page|page|...                   | templates | folios |
///
/// The templates of ``SharedTails/template`` follow the struct pages in the same file, one base page
/// for each zone, node and order in use, and after them the folios of formats that allocate them apart.
public struct MemoryMap: ~Copyable {
  /// What tails hold.
  public internal(set) var format: any TailFormat.Type
  /// The sizes of base pages and struct pages.
  public let geometry: PageGeometry
  public let sections: [MemorySection]
  /// The number of modelled pages.
  public let pageCount: Int
  /// The order of the compound pages that ``initialize(order:format:)`` made; nil before, and in a
  /// map made part by part with ``SparseMemoryMap``.
  public internal(set) var order: Int?
  /// What the kernel granted under the struct pages when they were populated.
  public let mappingSize: MappingSize

  let reservation: Reservation
  /// Whether struct pages and templates are put on their section's node.
  let bindsToNodes: Bool
  /// Which nodes hold the templates.
  public let templateNode: TemplateNode
  /// Where in the file the template area begins.
  let templateAreaOffset: Int
  let templates: TemplateTable
  /// Where the folios that the format allocates apart begin, in bytes from ``base``.
  public let folioAreaOffset: Int
  /// The heads of the optimised folios.
  public internal(set) var optimizedFolios: Set<PageFrameNumber> = []
  /// Those of them whose own memory is still there, because optimising failed and undoing it, too.
  var unfreedFolios: Set<PageFrameNumber> = []
  /// Whether optimised folios in the old layout hold ``OptimizeVmemmapKey``, and how many do.
  let holdsStaticKey: Bool
  var staticKeyHold = StaticKeyHold()
  /// The compound pages of device memory that share their tails for good; see
  /// ``SparseMemoryMap/populateCompoundPages(_:order:sharesTails:)``.
  public internal(set) var deviceMemory = RangeSet<PageFrameNumber>()

  /// Reserves, binds and populates a memory map; its struct pages are all zero.
  ///
  /// Costs page faults: about 0.5 ms for each MiB of struct pages, with huge mappings 2 ms.
  ///
  /// - Parameters:
  ///   - format: what tails hold.
  ///   - sections: the modelled memory in order of page frames.
  ///   - mappingSize: what to ask for. Huge mappings are tried and given up where the machine does
  ///     not grant them; see ``mappingSize`` of the result.
  ///   - bindToNodes: whether the struct pages of each section, and their templates, are put on its
  ///     node.
  ///   - templateNode: which nodes hold the templates. Those that are not local are bound whether or
  ///     not the struct pages are.
  ///   - holdsStaticKey: whether each folio that is optimised in the old layout holds
  ///     ``OptimizeVmemmapKey`` on, as in the kernel. Optimising and restoring may then patch code,
  ///     with the precondition and errors of ``OptimizeVmemmapKey/increment(by:)`` and
  ///     ``OptimizeVmemmapKey/decrement(by:)``.
  ///   - basePageSize: of the modelled kernel, one of ``PageGeometry/basePageSizes`` that this machine's
  ///     pages fill: 16 KiB are four pages of 4 KiB, mapped together.
  ///   - displacement: bytes by which page frame 0 misses ``PageGeometry/memoryMapAlignment``, a multiple
  ///     of the base page size. Only formats that do without natural alignment accept any but 0.
  /// - Throws: ``VmemmapError/basePageSize(_:machine:)``,
  ///   ``VmemmapError/partialVmemmapPage(sectionPages:multiple:)``,
  ///   ``VmemmapError/nodeBeyondFlags(node:)``,
  ///   ``VmemmapError/misaligned(base:format:alignment:)``,
  ///   ``VmemmapError/noSuchNode(node:nodes:)`` and ``VmemmapError/numa(attempt:errno:)`` when nodes
  ///   are to be bound to, and ``VmemmapError/system(attempt:errno:)`` when memory, address space or
  ///   mappings run out.
  public init(
    format: any TailFormat.Type, sections: [MemorySection],
    mappingSize: MappingSize = .base, bindToNodes: Bool = false,
    templateNode: TemplateNode = .local, holdsStaticKey: Bool = false,
    basePageSize: Int = PageGeometry.standard.basePageSize, displacement: Int = 0
  ) throws(VmemmapError) {
    try self.init(
      format: format, sections: sections, mappingSize: mappingSize, bindToNodes: bindToNodes,
      templateNode: templateNode, holdsStaticKey: holdsStaticKey, basePageSize: basePageSize,
      displacement: displacement, populates: true)
  }

  /// - Parameter populates: false leaves all struct pages away; what is touched is then allocated.
  init(
    format: any TailFormat.Type, sections: [MemorySection], mappingSize: MappingSize,
    bindToNodes: Bool, templateNode: TemplateNode, holdsStaticKey: Bool, basePageSize: Int,
    displacement: Int, populates: Bool
  ) throws(VmemmapError) {
    guard
      let geometry = PageGeometry(
        basePageSize: basePageSize, structPageSize: format.structPageSize),
      let common = PageGeometry(basePageSize: basePageSize),
      basePageSize % SystemMemory.pageSize == 0
    else { throw .basePageSize(basePageSize, machine: SystemMemory.pageSize) }
    precondition(!sections.isEmpty, "a memory map has at least one section")
    precondition(
      displacement >= 0 && displacement % basePageSize == 0,
      "a displacement of \(displacement) bytes is not a multiple of \(basePageSize)")
    for section in sections {
      let multiple = common.structPagesPerVmemmapPage
      guard section.pages > 0 && section.pages % multiple == 0 else {
        throw .partialVmemmapPage(sectionPages: section.pages, multiple: multiple)
      }
    }
    let templateNodes = templateNode.named.map { [$0] } ?? []
    for node in sections.map(\.node) + templateNodes where !PageFlags.nodes.contains(node) {
      throw .nodeBeyondFlags(node: node)
    }
    let pageCount = sections.reduce(0) { $0 + $1.pages }
    let bytes = pageCount * format.structPageSize
    // Huge mappings need whole huge pages of struct pages; the templates start a new one.
    let wantsHuge = mappingSize == .huge && bytes >= hugePageSize
    let granule = wantsHuge ? hugePageSize : basePageSize
    let structBytes = bytes.roundedUp(to: granule)
    let templatesEnd = structBytes + TemplateTable.capacity * basePageSize
    // So do the folios, where the format has any.
    let folioAreaOffset = format.folioSize > 0 ? templatesEnd.roundedUp(to: granule) : templatesEnd
    let reservation = try Reservation(
      length: folioAreaOffset + (pageCount * format.folioSize).roundedUp(to: granule),
      alignment: common.memoryMapAlignment, displacement: displacement,
      name: "vmemmap-\(format.name)")
    try MemoryMap.checkAlignment(of: reservation.address, for: format, geometry)
    try MemoryMap.checkNodes((bindToNodes ? sections.map(\.node) : []) + templateNodes)
    if bindToNodes {
      let spans = NodeSpan.consecutive(sections) { $0.pages * format.structPageSize }
      try MemoryMap.bind(spans, from: reservation.address, basePageSize: basePageSize)
    }
    if populates {
      self.mappingSize = try MemoryMap.populate(
        reservation.address, length: structBytes, huge: wantsHuge)
    } else {
      MemoryMap.refuseHugePages(reservation.address, length: structBytes)
      self.mappingSize = .base
    }
    self.format = format
    self.geometry = geometry
    self.sections = sections
    self.pageCount = pageCount
    self.templateAreaOffset = structBytes
    self.folioAreaOffset = folioAreaOffset
    self.templates = TemplateTable(
      address: reservation.address + UInt(structBytes), file: reservation.file, offset: structBytes,
      geometry: geometry,
      templateNode: bindToNodes || templateNode.named != nil ? templateNode : nil)
    self.reservation = reservation
    self.bindsToNodes = bindToNodes
    self.templateNode = templateNode
    self.holdsStaticKey = holdsStaticKey
  }

  /// Whether there is memory on nodes that will be bound to.
  private static func checkNodes(_ wanted: [Int]) throws(VmemmapError) {
    guard !wanted.isEmpty else { return }
    let nodes = Topology.current().nodesWithMemory
    if let node = wanted.first(where: { !nodes.contains($0) }) {
      throw .noSuchNode(node: node, nodes: nodes)
    }
  }

  static func bind(
    _ spans: [NodeSpan], from start: UInt, basePageSize: Int
  ) throws(VmemmapError) {
    for span in spans {
      let pages = span.pages(of: basePageSize)
      try SystemCall.bind(
        start + UInt(pages.lowerBound * basePageSize), length: pages.count * basePageSize,
        node: span.node)
    }
  }

  static func checkAlignment(
    of base: UInt, for format: any TailFormat.Type, _ geometry: PageGeometry
  ) throws(VmemmapError) {
    guard format.needsNaturalAlignment else { return }
    let alignment = geometry.memoryMapAlignment
    if base % UInt(alignment) != 0 {
      throw .misaligned(base: base, format: format.name, alignment: alignment)
    }
  }

  /// The address of page frame 0's struct page. The corresponding kernel name is `vmemmap`.
  public var base: UInt { reservation.address }

  /// The struct page of a page frame. The corresponding kernel function is `pfn_to_page()`.
  ///
  /// Unsafe, because a ``Page`` is an address, which does not keep the map: it must not be used when the
  /// map is gone. A map in a variable is there to the end of the variable's scope; one that is the
  /// result of a call may be gone before the next member is looked at: put it into a variable first.
  ///
  /// - Precondition: the page frame is in `0..<pageCount`.
  @unsafe
  public subscript(pfn: PageFrameNumber) -> Page {
    precondition(pfn >= 0 && pfn < pageCount, "pfn \(pfn) is outside of 0..<\(pageCount)")
    return Page(address: base).advanced(by: pfn, size: format.structPageSize)
  }

  /// The page frame of a struct page. The corresponding kernel function is `page_to_pfn()`.
  ///
  /// - Precondition: the struct page is in this map.
  public func pageFrameNumber(of page: Page) -> PageFrameNumber {
    Int(bitPattern: page.address &- base) / format.structPageSize
  }

  /// The vmemmap pages that the struct pages fill, the last one perhaps not to its end.
  public var vmemmapPageCount: Int {
    (pageCount * format.structPageSize).roundedUp(to: geometry.basePageSize)
      / geometry.basePageSize
  }

  /// The bytes of memory behind the map, templates included, as the kernel accounts them.
  public func allocatedBytes() throws(VmemmapError) -> Int {
    try SystemCall.allocatedBytes(reservation.file)
  }
}
