import CVmemmap
import Vmemmap

/// `PageCompound()`, and a branch on it as callers have one; the answer is 1 for a page of a compound page, 0 for others.
enum PageCompound<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    guard Encoding.isCompound(page) else { return 0 }
    // Else the compiler makes a number of it where the encoding has no branch of its own, and a wrong
    // prediction, which callers pay for in every encoding, would be paid for in some only.
    cvm_keep_branch()
    return 1
  }
}
