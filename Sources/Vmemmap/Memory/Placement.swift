/// On which nodes a memory map's pages lie, against where they belong.
public struct Placement: Equatable, Sendable {
  /// Some vmemmap pages or the like, and how many of them are where they belong.
  public struct Count: Equatable, Sendable {
    public let pages: Int
    public let onTheirNode: Int

    public init(pages: Int, onTheirNode: Int) {
      self.pages = pages
      self.onTheirNode = onTheirNode
    }
  }

  /// The map's vmemmap pages as a reader of struct pages meets them: an alias counts at each of its
  /// addresses, and belongs where what it aliases does.
  public let vmemmapPages: Count
  /// The templates of shared tails, each once.
  public let templates: Count
  /// The pages of folios that the format allocates apart from the struct pages.
  public let folios: Count

  /// The share of all pages that are on the node they belong to, 0 to 1.
  public var share: Double {
    let all = [vmemmapPages, templates, folios]
    return Double(all.reduce(0) { $0 + $1.onTheirNode }) / Double(all.reduce(0) { $0 + $1.pages })
  }
}

extension MemoryMap {
  /// Asks the kernel, page by page, whether the map lies where it belongs: struct pages and folios on
  /// their section's node, templates where ``templateNode`` has them.
  ///
  /// A map that is not bound to nodes is asked the same; its share is then luck.
  ///
  /// - Throws: ``VmemmapError/numa(attempt:errno:)`` where a container or the kernel does not answer,
  ///   and ``VmemmapError/system(attempt:errno:)``.
  /// The corresponding system call is `move_pages()` that names no nodes.
  public func placement() throws(VmemmapError) -> Placement {
    let templates = templates.entered
    let folioNodes = order.map { nodesOfPages(in: folioSpans(order: $0)) } ?? []
    return Placement(
      vmemmapPages: Placement.Count(
        try nodes(vmemmapPages: 0..<vmemmapPageCount), expected: nodesOfVmemmapPages()),
      templates: Placement.Count(
        try nodes(ofPages: templates.map { self.templates.address(of: $0) }),
        expected: templates.map { templateNode.node(for: $0.key.flags) }),
      folios: Placement.Count(
        try nodes(ofPages: addresses(from: base + UInt(folioAreaOffset), pages: folioNodes.count)),
        expected: folioNodes))
  }

  /// The nodes that vmemmap pages of the map lie on, in order; nil for one that is not in memory.
  ///
  /// - Precondition: the vmemmap pages are of this map.
  /// - Throws: as ``placement()``.
  public func nodes(vmemmapPages: Range<Int>) throws(VmemmapError) -> [Int?] {
    let start = try readFault(vmemmapPages: vmemmapPages).start
    return try nodes(ofPages: addresses(from: start, pages: vmemmapPages.count))
  }

  private func nodes(ofPages addresses: [UInt]) throws(VmemmapError) -> [Int?] {
    try SystemCall.nodes(ofPages: addresses).map { $0 < 0 ? nil : Int($0) }
  }

  private func addresses(from start: UInt, pages: Int) -> [UInt] {
    (0..<pages).map { start + UInt($0 * geometry.basePageSize) }
  }

  /// The node that each vmemmap page should lie on.
  private func nodesOfVmemmapPages() -> [Int] {
    var nodes = nodesOfPages(
      in: NodeSpan.consecutive(sections) { $0.pages * format.structPageSize })
    guard format.sharedTails != .firstVmemmapPage else { return nodes }
    for head in optimizedFolios {
      let first = head / geometry.structPagesPerVmemmapPage
      let page = unsafe self[head]
      let node = templateNode.node(for: page.flags)
      for page in 1..<geometry.vmemmapPages(ofOrder: page.folioOrder) {
        nodes[first + page] = node
      }
    }
    return nodes
  }

  /// The node that each page of an area should lie on.
  private func nodesOfPages(in spans: [NodeSpan]) -> [Int] {
    var nodes = [Int](
      repeating: 0, count: spans[spans.count - 1].pages(of: geometry.basePageSize).upperBound)
    for span in spans {
      for page in span.pages(of: geometry.basePageSize) { nodes[page] = span.node }
    }
    return nodes
  }
}

extension Placement.Count {
  fileprivate init(_ nodes: [Int?], expected: [Int]) {
    self.init(pages: nodes.count, onTheirNode: zip(nodes, expected).count { $0 == $1 })
  }
}
