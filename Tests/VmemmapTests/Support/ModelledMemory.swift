import Testing
import Vmemmap

/// The oracle: what every page of a memory map must be, from page frame numbers alone.
struct ModelledMemory: Sendable {
  let sections: [MemorySection]
  let order: Int

  init(order: Int, sections: [MemorySection]) {
    self.order = order
    self.sections = sections
  }

  /// Whole folios and nothing else, in several zones and nodes.
  init(order: Int, foliosPerSection: Int) {
    let pages = max(foliosPerSection << order, structPagesPerVmemmapPage)
    self.init(
      order: order,
      sections: [
        MemorySection(node: 0, zone: .dma, pages: pages),
        MemorySection(node: 0, zone: .normal, pages: 2 * pages),
        MemorySection(node: 5, zone: .movable, pages: pages),
        MemorySection(node: 63, zone: .device, pages: pages),
        MemorySection(node: 5, zone: .dma32, pages: pages),
      ])
  }

  /// Folios of one zone.
  init(order: Int, folios: Int) {
    self.init(order: order, sections: [MemorySection(pages: folios << order)])
  }

  var pageCount: Int { sections.reduce(0) { $0 + $1.pages } }

  /// The page frames of each section.
  var ranges: [(section: MemorySection, pfns: Range<Int>)] {
    var start = 0
    return sections.map { section in
      defer { start += section.pages }
      return (section, start..<start + section.pages)
    }
  }

  /// The heads of the compound pages that lie in one section as a whole.
  var heads: [Int] {
    order == 0 ? [] : ranges.flatMap { heads(in: $0.pfns) }
  }

  /// The right answers for a page frame of a section.
  func expected(_ pfn: Int, in range: (section: MemorySection, pfns: Range<Int>)) -> PageAnswers {
    let folio = 1 << order
    let start = pfn / folio * folio
    let isCompound =
      order > 0 && start >= range.pfns.lowerBound
      && start + folio <= range.pfns.upperBound
    let head = isCompound ? start : pfn
    return PageAnswers(
      head: head, isHead: isCompound && head == pfn, isTail: head != pfn, isCompound: isCompound,
      zone: range.section.zone.rawValue, node: range.section.node)
  }

  private func heads(in range: Range<Int>) -> [Int] {
    let folio = 1 << order
    let first = (range.lowerBound + folio - 1) / folio * folio
    return stride(from: first, to: range.upperBound, by: folio)
      .filter { $0 + folio <= range.upperBound }
  }
}

/// What can be asked of a struct page.
struct PageAnswers: Equatable {
  var head: Int
  var isHead: Bool
  var isTail: Bool
  var isCompound: Bool
  var zone: Int
  var node: Int
}

extension ModelledMemory {
  /// A map of this memory, initialised.
  func map(
    _ format: any TailFormat.Type, mappingSize: MappingSize = .base, bindToNodes: Bool = false,
    templateNode: TemplateNode = .local, basePageSize: Int = 4096
  ) throws -> MemoryMap {
    var map = try MemoryMap(
      format: format, sections: sections, mappingSize: mappingSize, bindToNodes: bindToNodes,
      templateNode: templateNode, basePageSize: basePageSize)
    try map.initialize(order: order)
    return map
  }

  /// Asks an encoding about every wanted page, and records the first that it is wrong about.
  ///
  /// - Parameter state: the state of HVO that the wanted pages are in, which turns the static key.
  func expectRightAnswers<Encoding: CompoundEncoding>(
    of _: Encoding.Type, in map: borrowing MemoryMap, _ state: HVOState,
    where isWanted: (Int) -> Bool = { _ in true },
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (base, size) = (map.base, UInt(map.format.structPageSize))
    let pfnsOfHeads = pfnsOfHeads(in: map)
    try withStaticKey(of: Encoding.self, in: state) {
      for range in ranges {
        for pfn in range.pfns where isWanted(pfn) {
          let page = Page(address: base + UInt(pfn) * size)
          let flags = page.flags
          let answers = PageAnswers(
            head: pfnsOfHeads[Encoding.compoundHead(page).address] ?? -1,
            isHead: Encoding.isHead(page), isTail: Encoding.isTail(page),
            isCompound: Encoding.isCompound(page), zone: Encoding.zoneNumber(page), node: flags.node
          )
          let expected = expected(pfn, in: range)
          guard answers == expected else {
            Issue.record(
              "\(Encoding.name), HVO \(state), pfn \(pfn): \(answers) instead of \(expected)",
              sourceLocation: sourceLocation)
            return
          }
        }
      }
    }
  }
}

extension ModelledMemory {
  /// The page frames of heads and single pages, by the address of their flags and count: the struct
  /// page, or the folio, which a format allocates in the order of page frames.
  private func pfnsOfHeads(in map: borrowing MemoryMap) -> [UInt: Int] {
    let (format, base) = (map.format, map.base)
    var folio = base + UInt(map.folioAreaOffset)
    var pfns: [UInt: Int] = [:]
    for range in ranges {
      for pfn in range.pfns where !expected(pfn, in: range).isTail {
        if format.folioSize > 0 {
          pfns[folio] = pfn
          folio += UInt(format.folioSize)
        } else {
          pfns[base + UInt(pfn * format.structPageSize)] = pfn
        }
      }
    }
    return pfns
  }
}
