import Vmemmap

/// `compound_head()`; the answer is the head's address, and the next page of a chain is found from it.
enum CompoundHead<Encoding: CompoundEncoding>: ChainedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { Encoding.compoundHead(page).address }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { answer }
}

/// `compound_head()`, and a load of the head's flags; the answer is both, added.
///
/// The next page of a chain is found from what was loaded, as callers go on from the folio's mapping
/// or its flags: no arm runs ahead of the load by predicting which page is the head.
enum HeadFlags<Encoding: CompoundEncoding>: ChainedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    let head = Encoding.compoundHead(page)
    return head.address &+ UInt(head.flags.rawValue)
  }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { answer }
}

/// `folio_try_get(page_folio(page))` and `folio_put()` as the kernels of a form have them; the answer is
/// the head's address, and 1 more for a reference taken.
enum HeadReference<Form: PageRefForm>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    guard let head = Form.folioTryGet(page) else { return page.address }
    // Never the last one, which a kernel would free the folio after.
    _ = Form.putTestZero(head)
    return head.address &+ 1
  }
}
