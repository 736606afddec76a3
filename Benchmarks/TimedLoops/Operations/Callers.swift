import CVmemmap
import Vmemmap

// What callers do to a range of pages with compound_head() and references; the answer is the sum of the
// heads' addresses that they find. Each is the part of the caller that touches struct pages: page tables,
// TLB flushes and statistics are left out.

/// The zap of pages that are mapped one by one (`zap_pte_range()`): of each page the way to its folio, its
/// mapcount down by one, and the folio's count.
enum ZapPages<Encoding: CompoundEncoding>: TimedRun {
  @inline(__always)
  static func answer(_ first: Page, _ pages: Int) -> UInt {
    var sum: UInt = 0
    var offset = 0
    while offset < pages {
      let page = first.advanced(by: offset, size: Encoding.Format.structPageSize)
      let head = Page(address: inRegister(Encoding.compoundHead(page).address))
      page.dropMapcount()
      sum &+= put(head, 1)
      offset &+= 1
    }
    return sum
  }
}

/// The same as kernels do it that batch pages of one folio (`folio_pte_batch()`): the way to the folio and
/// its count once for all of its pages, mapcounts one by one.
enum ZapBatch<Encoding: CompoundEncoding>: TimedRun {
  @inline(__always)
  static func answer(_ first: Page, _ pages: Int) -> UInt {
    let size = Encoding.Format.structPageSize
    var sum: UInt = 0
    var offset = 0
    while offset < pages {
      let page = first.advanced(by: offset, size: size)
      let head = Page(address: inRegister(Encoding.compoundHead(page).address))
      let end = min(pages, offset &+ 1 &<< head.folioOrder(structPageSize: size))
      let batch = end &- offset
      while offset < end {
        first.advanced(by: offset, size: size).dropMapcount()
        offset &+= 1
      }
      sum &+= put(head, Int32(truncatingIfNeeded: batch))
    }
    return sum
  }
}

/// GUP-fast over a range that is mapped by PMDs (`gup_fast_pmd_leaf()`): the way to the folio, as many
/// references as the PMD has pages, and another look whether the page still belongs to the folio.
enum GupFast<Form: PageRefForm>: TimedRun {
  @inline(__always)
  static func answer(_ first: Page, _ pages: Int) -> UInt {
    var sum: UInt = 0
    var offset = 0
    while offset < pages {
      let page = first.advanced(by: offset, size: Form.Encoding.Format.structPageSize)
      let head = Page(address: inRegister(Form.Encoding.compoundHead(page).address))
      let taken = min(pages &- offset, pagesPerPMD)
      guard Form.pageRefAddUnless(head, Int32(truncatingIfNeeded: taken), 0) else { return sum }
      guard Form.Encoding.compoundHead(page) == head else {
        cvm_keep_branch()
        return sum &- put(head, Int32(truncatingIfNeeded: taken))
      }
      sum &+= head.address
      offset &+= pagesPerPMD
    }
    return sum
  }
}

/// The pages that one PMD of x86-64 maps.
public let pagesPerPMD = 512

/// The release of pages that GUP had pinned (`unpin_user_pages()`): pages of one folio that follow each
/// other are found by looking at all of them, and their references dropped at once.
enum UnpinPages<Encoding: CompoundEncoding>: TimedRun {
  @inline(__always)
  static func answer(_ first: Page, _ pages: Int) -> UInt {
    let size = Encoding.Format.structPageSize
    let end = first.advanced(by: pages, size: size).address
    var sum: UInt = 0
    var page = first
    while page.address < end {
      let head = inRegister(Encoding.compoundHead(page).address)
      // One address goes through the folio, in every arm: left to itself the compiler counts in some arms
      // twice or three times.
      var next = page
      repeat {
        next = Page(address: inRegister(next.address &+ UInt(size)))
      } while next.address < end && inRegister(Encoding.compoundHead(next).address) == head
      let batch = (next.address &- page.address) / UInt(size)
      sum &+= put(Page(address: head), Int32(truncatingIfNeeded: batch))
      page = next
    }
    return sum
  }
}

/// Drops references; a kernel would free the folio whose last one goes, which never happens here.
///
/// - Returns: the folio's address, and 1 more for a last reference.
@inline(__always)
private func put(_ head: Page, _ references: Int32) -> UInt {
  guard head.dropReferences(references) == 0 else { return head.address }
  cvm_keep_branch()
  return head.address &+ 1
}
