import CVmemmap
import Vmemmap

/// `folio_try_get(page_folio(page))`; the answer is the head's address, and 1 more for a reference taken.
enum FolioTryGet<Form: PageRefForm>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    guard let head = Form.folioTryGet(page) else { return page.address }
    cvm_keep_branch()
    return head.address &+ 1
  }
}
