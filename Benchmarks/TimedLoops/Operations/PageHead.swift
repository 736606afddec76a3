import CVmemmap
import Vmemmap

/// `PageHead()`, and a branch on it as callers have one; the answer is 1 for a head, 0 for others.
enum PageHead<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    guard Encoding.isHead(page) else { return 0 }
    // Else the compiler makes a number of it where the encoding has no branch of its own, and a wrong
    // prediction, which callers pay for in every encoding, would be paid for in some only.
    cvm_keep_branch()
    return 1
  }
}
