import CVmemmap
import Vmemmap

/// `get_page_unless_zero(page)`; the answer is 1 for a reference taken, 0 for none.
enum PageRefAddUnless<Form: PageRefForm>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    guard Form.getPageUnlessZero(page) else { return 0 }
    // A branch in every form, as callers have it. Left to itself the compiler makes it a setcc in
    // some.
    cvm_keep_branch()
    return 1
  }
}
