import CVmemmap
import Vmemmap

/// `put_page()`, which is `folio_put(page_folio(page))`; the answer is the head's address, and 1 more where
/// the last reference went, and a kernel would free the folio.
enum PutPage<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    // In a register: else the compiler makes two drops of it, one for each way to the head, in arms with a
    // branch.
    let head = Page(address: inRegister(Encoding.compoundHead(page).address))
    // folio_put_testzero(), and callers' branch on it.
    guard head.dropReferences(1) == 0 else { return head.address }
    cvm_keep_branch()
    return head.address &+ 1
  }
}
