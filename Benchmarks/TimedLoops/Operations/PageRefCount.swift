import Vmemmap

/// `page_ref_count()`, of threads that only read what others write; the answer is the page's address.
enum PageRefCount: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    _ = inRegister(UInt(truncatingIfNeeded: page.referenceCount))
    return page.address
  }
}
