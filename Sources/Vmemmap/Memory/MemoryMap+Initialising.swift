extension MemoryMap {
  /// Initialises every struct page as memory in use, all of it compound pages of one order.
  ///
  /// Heads and order-0 pages get a reference count of 1, an even word as a list would leave it, and
  /// tails what `prep_compound_page()` gives them. Pages at a section's end that do not fill a
  /// compound page stay order 0. Sections are folio-aligned for this to use all of them.
  ///
  /// - Parameters:
  ///   - order: 0 to ``PageGeometry/maximumOrder``.
  ///   - newFormat: what tails are to hold from now on; what they held before by default.
  /// - Precondition: no folio is optimised, there is no ``deviceMemory`` that shares tails, and struct
  ///   pages and folios of the new format are as large as those of the old one.
  /// - Throws: ``VmemmapError/orderOutOfRange(order:range:)``,
  ///   ``VmemmapError/misaligned(base:format:alignment:)``, before anything is changed.
  ///
  /// The corresponding kernel functions are `memmap_init()` and `prep_compound_page()`.
  public mutating func initialize(
    order: Int, format newFormat: (any TailFormat.Type)? = nil
  ) throws(VmemmapError) {
    precondition(optimizedFolios.isEmpty, "restore the optimised folios first")
    precondition(deviceMemory.isEmpty, "device memory shares its tails for good: make another map")
    guard (0...geometry.maximumOrder).contains(order) else {
      throw .orderOutOfRange(order: order, range: 0...geometry.maximumOrder)
    }
    if let newFormat {
      precondition(
        newFormat.structPageSize == format.structPageSize
          && newFormat.folioSize == format.folioSize,
        "\(newFormat.name) does not fit a map of \(format.name)")
      try MemoryMap.checkAlignment(of: base, for: newFormat, geometry)
      format = newFormat
    }
    var folio = base + UInt(folioAreaOffset)
    try populateFolios(order: order)
    var pfn = 0
    for section in sections {
      format.initialize(
        base: base, pages: pfn..<pfn + section.pages, order: order,
        flags: PageFlags(zone: section.zone, node: section.node), folio: &folio)
      pfn += section.pages
    }
    self.order = order
  }

  /// Which node the folios that the format keeps apart belong to, by their bytes in the folio area.
  func folioSpans(order: Int) -> [NodeSpan] {
    NodeSpan.consecutive(sections) {
      // A page that does not fill a compound page has a folio of its own.
      ($0.pages >> order + $0.pages & (1 << order - 1)) * format.folioSize
    }
  }

  /// Allocates the folios that the format keeps apart from the struct pages, on their section's node.
  private func populateFolios(order: Int) throws(VmemmapError) {
    guard format.folioSize > 0 else { return }
    let spans = folioSpans(order: order)
    let area = base + UInt(folioAreaOffset)
    if bindsToNodes {
      try MemoryMap.bind(spans, from: area, basePageSize: geometry.basePageSize)
    }
    // As the direct map of a kernel has them: huge where the struct pages are.
    _ = try MemoryMap.populate(
      area,
      length: spans[spans.count - 1].bytes.upperBound.roundedUp(
        to: mappingSize == .huge ? hugePageSize : geometry.basePageSize),
      huge: mappingSize == .huge)
  }
}
