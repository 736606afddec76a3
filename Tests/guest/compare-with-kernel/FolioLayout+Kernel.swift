import Glibc
import Vmemmap

/// The struct pages that the running kernel has.
struct Kernel {
  private let memory: KernelMemory
  private let tables: PageTables
  /// The address of page frame 0's struct page.
  private let vmemmap: UInt

  init() throws(KernelError) {
    memory = try KernelMemory()
    tables = try PageTables(memory)
    // A variable: the address is another one at each boot.
    vmemmap = UInt(try memory.word(at: KernelMemory.address(of: "vmemmap_base")))
  }

  /// `NODES_PGSHIFT` of Debian's kernel: `CONFIG_NODES_SHIFT` is 10, the node is above all else.
  private static let nodeShift: UInt64 = 64 - 10

  private func structPage(_ frame: UInt) -> UInt { vmemmap + frame * UInt(Page.size) }

  func layout(ofFolioAt frame: UInt) throws(KernelError) -> FolioLayout {
    let start = structPage(frame)
    var entries: [PageTables.Entry] = []
    var nodes: [Int] = []
    var words: [UInt64] = []
    for page in 0..<UInt(HugePage.basePages / structPagesPerVmemmapPage) {
      let address = start + page * UInt(basePageSize)
      let entry = try tables.entry(of: address)
      entries.append(entry)
      nodes.append(Int(try memory.word(at: structPage(entry.frame)) >> Kernel.nodeShift))
      words += try memory.words(at: address, count: basePageSize / 8)
    }
    let vmemmapPages = [FolioLayout.VmemmapPage](
      frames: entries.map(\.frame), isWritable: entries.map(\.isWritable), nodes: nodes)
    let copy = Copy(of: words, from: start)
    return withExtendedLifetime(copy) {
      FolioLayout(vmemmapPages: vmemmapPages, head: copy.head, nodeShift: Kernel.nodeShift)
    }
  }
}

/// Struct pages taken out of the kernel, so that the model's own code can read them.
private final class Copy {
  let head: Page

  /// Tails' words are moved along with the folio; nothing else in them depends on where they are.
  init(of words: [UInt64], from start: UInt) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: words.count * 8, alignment: basePageSize)
    head = Page(address: UInt(bitPattern: memory))
    for (index, word) in words.enumerated() {
      unsafe memory.storeBytes(of: word, toByteOffset: index * 8, as: UInt64.self)
    }
    for place in 0..<words.count * 8 / Page.size {
      let page = head.advanced(by: place)
      if page.compoundInfo & 1 == 1 { page.compoundInfo &+= head.address &- start }
    }
  }

  deinit { unsafe UnsafeMutableRawPointer(bitPattern: head.address)!.deallocate() }
}
