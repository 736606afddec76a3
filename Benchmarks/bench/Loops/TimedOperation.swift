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

/// `page_ref_add_unless(page, 1, 0)`; the answer is 1 for a reference taken, 0 for none.
enum PageRefAddUnless<Form: PageRefForm>: TimedOperation {
  @inline(__always)
  static func answer(_ page: Page) -> UInt {
    Form.pageRefAddUnless(page, 1, 0) ? 1 : 0
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
