import Glibc
import Vmemmap

/// The struct pages that the running kernel has.
struct KernelMap {
  private let memory: KernelMemory
  private let tables: PageTables
  /// The address of page frame 0's struct page.
  private let vmemmap: UInt
  /// Where in the flags the node is, above all else: `NODES_PGSHIFT`, which depends on
  /// `CONFIG_NODES_SHIFT`, 10 in Debian's kernels and 6 by default.
  private let nodeShift: UInt64

  /// - Parameters:
  ///   - frame: any page frame of a node that is not the first one.
  ///   - node: which.
  init(frame: UInt, ofNode node: Int) throws(ComparisonError) {
    memory = try KernelMemory()
    tables = try PageTables(memory)
    // A variable: the address is another one at each boot.
    vmemmap = UInt(try memory.word(at: KernelMemory.address(of: "vmemmap_base")))
    // The highest bit of the flags that is set is the node's highest.
    let flags = try memory.word(at: vmemmap + frame * UInt(Page.size))
    nodeShift = UInt64(node.leadingZeroBitCount - flags.leadingZeroBitCount)
    guard node > 0, flags >> nodeShift == UInt64(node) else {
      throw .noNode(node: node, flags: flags)
    }
  }

  /// Of a page frame's struct page.
  func address(of frame: UInt) -> UInt { vmemmap + frame * UInt(Page.size) }

  /// The page frame whose struct page is at an address; nil where there is none.
  func frame(of address: UInt) -> UInt? {
    guard address >= vmemmap, (address - vmemmap) % UInt(Page.size) == 0 else { return nil }
    return (address - vmemmap) / UInt(Page.size)
  }

  /// The words of page frames' struct pages, one after the other.
  func structPages(of frames: Range<UInt>) throws(ComparisonError) -> [UInt64] {
    try memory.words(
      at: address(of: frames.lowerBound), count: frames.count * Page.size / 8)
  }

  func zone(of frame: UInt) throws(ComparisonError) -> Zone {
    let flags = try structPages(of: frame..<frame + 1)[0]
    return KernelMap.zone(flags, nodeShift: nodeShift)
  }

  /// Below the node in the flags.
  static func zone(_ flags: UInt64, nodeShift: UInt64) -> Zone {
    Zone(rawValue: Int(flags >> (nodeShift - PageFlags.zoneBits) & (1 << PageFlags.zoneBits - 1)))!
  }

  /// The folios of one order with heads at some page frames.
  func folios(
    at frames: [UInt], order: Int, _ layout: TailLayout, asksForNodes: Bool = true
  ) throws(ComparisonError) -> FolioLayouts {
    var copies: [Copy] = []
    var folios: [FolioLayouts.Folio] = []
    for frame in frames {
      let start = address(of: frame)
      var entries: [PageTables.Entry] = []
      var nodes: [Int?] = []
      var words: [UInt64] = []
      for page in 0..<UInt(1 << order / structPagesPerVmemmapPage) {
        let part = start + page * UInt(basePageSize)
        let entry = try tables.entry(of: part)
        entries.append(entry)
        nodes.append(
          asksForNodes
            ? Int(try memory.word(at: address(of: entry.frame)) >> nodeShift) : nil)
        // By its frame: /proc/kcore has no struct pages of device memory.
        words += try memory.words(
          atPhysical: entry.frame * UInt(basePageSize), count: basePageSize / 8)
      }
      let copy = Copy(of: words, from: start, layout)
      copies.append(copy)
      folios.append(
        FolioLayouts.Folio(
          first: copy.first, frames: entries.map(\.frame), isWritable: entries.map(\.isWritable),
          nodes: nodes, nodeShift: nodeShift))
    }
    return withExtendedLifetime(copies) { FolioLayouts(folios, order: order, layout) }
  }
}

/// Struct pages taken out of the kernel, so that the model's own code can read them.
private final class Copy {
  let first: Page

  /// Naturally aligned, as masks need them. Pointers are moved along with the folio; nothing else in
  /// tails depends on where they are.
  init(of words: [UInt64], from start: UInt, _ layout: TailLayout) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: words.count * 8, alignment: words.count * 8)
    first = Page(address: UInt(bitPattern: memory))
    for (index, word) in words.enumerated() {
      unsafe memory.storeBytes(of: word, toByteOffset: index * 8, as: UInt64.self)
    }
    guard layout == .pointer else { return }
    for place in 0..<words.count * 8 / Page.size {
      let page = first.advanced(by: place)
      if page.compoundInfo & 1 == 1 { page.compoundInfo &+= first.address &- start }
    }
  }

  deinit { unsafe UnsafeMutableRawPointer(bitPattern: first.address)!.deallocate() }
}
