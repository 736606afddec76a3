import CVmemmap
import Vmemmap

/// What a timed loop does with each struct page.
///
/// A new operation is one type here and one line in `generate-loops`.
protocol TimedOperation {
  /// Does it, and returns a word that depends on the result.
  static func answer(_ page: Page) -> UInt

  /// From where the next page of a dependent chain is reached, given this one's answer.
  static func link(_ page: Page, _ answer: UInt) -> UInt
}

/// `compound_head()`; the answer is the head's address, and the next page is found from it.
enum CompoundHead<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { Encoding.compoundHead(page).address }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { answer }
}

/// `compound_head()`, and a load of the head's flags; the answer is both, added.
enum HeadFlags<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    let head = Encoding.compoundHead(page)
    return head.address &+ UInt(head.flags.rawValue)
  }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address }
}

/// `compound_head()`, then `folio_try_get()` and `folio_put()`; the answer is the head's address, and
/// 1 more for a reference taken.
enum HeadReference<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    let head = Encoding.compoundHead(page)
    guard head.atomicAddUnless(1, 0) else { return head.address }
    head.dropReferences(1)
    return head.address &+ 1
  }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address }
}

/// `PageHead()`; the answer is 1 for yes, as is that of the two below.
enum PageHead<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { Encoding.isHead(page) ? 1 : 0 }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address &+ answer }
}

/// `PageTail()`.
enum PageTail<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { Encoding.isTail(page) ? 1 : 0 }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address &+ answer }
}

/// `PageCompound()`.
enum PageCompound<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { Encoding.isCompound(page) ? 1 : 0 }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address &+ answer }
}

/// `page_zonenum()`; the answer is the zone's number.
enum PageZonenum<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { UInt(bitPattern: Encoding.zoneNumber(page)) }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address &+ answer }
}

/// `prep_compound_page()` of the compound page whose first struct page is at the address, which has the
/// order in the bits below a struct page's alignment; the answer is the head as the last tail has it.
enum PrepCompoundPage<Encoding: CompoundEncoding>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    let order = Int(page.address & orderBits)
    let first = Page(address: page.address & ~orderBits)
    Encoding.Format.prepCompoundPage(first, order: order)
    let last = first.advanced(by: 1 << order &- 1, size: Encoding.Format.structPageSize)
    return Encoding.compoundHead(last).address
  }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address }

  @inline(__always)
  private static var orderBits: UInt { 31 }
}

/// `folio_try_get(page_folio(page))`; the answer is the head's address, and 1 more for a reference taken.
enum FolioTryGet<Form: PageRefForm>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    guard let head = Form.folioTryGet(page) else { return page.address }
    cvm_keep_branch()
    return head.address &+ 1
  }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { answer }
}

/// `get_page_unless_zero(page)`; the answer is 1 for a reference taken, 0 for none.
enum PageRefAddUnless<Form: PageRefForm>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    guard Form.getPageUnlessZero(page) else { return 0 }
    // A branch in every form, as callers have it. Left to itself the compiler makes it a setcc in
    // some, and a chain through one of those waits for the count where others run ahead.
    cvm_keep_branch()
    return 1
  }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { page.address &+ answer }
}

/// Nothing: what the loop itself costs.
enum EmptyOperation: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt { page.address }

  @inline(__always)
  static func link(_ page: Page, _ answer: UInt) -> UInt { answer }
}
