/// One of the forms that `page_ref_add_unless()` has had.
///
/// A new form is one file with a conforming type and one line in ``pageRefForms``.
public protocol PageRefForm: KernelCode {
  /// How the kernels that have the form find a page's head.
  associatedtype Encoding: CompoundEncoding

  /// Adds `addend` to the page's reference count unless the count is `unless`; tells whether it did.
  ///
  /// The corresponding kernel function is `page_ref_add_unless(page, nr, u)`, since Linux 7.2
  /// `page_ref_add_unless_zero(page, nr)` (``KernelVersion/pageRefAddUnless``);
  /// ``getPageUnlessZero(_:)`` is `(page, 1, 0)` or `(page, 1)`.
  static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool

  /// Takes a reference as ``pageRefAddUnless(_:_:_:)`` does, and counts how many compare-and-swaps fail: a
  /// form's own loop, but with a counter in it, so nothing to be timed.
  ///
  /// - Precondition: the page is a head or an ordinary page, and keeps a reference meanwhile.
  static func failedSwaps(takingOn page: Page) -> Int

  /// Whether somebody who dropped the count to 0 is the one who has to free the page.
  static func claimToFree(_ page: Page) -> Bool
}

extension PageRefForm {
  /// Takes a reference on a page that may be free; tells whether it did.
  ///
  /// On the page as it is: a tail's count is 0, so that nothing is taken there. Where it is 1, as tails
  /// of gigantic pages made at boot may show (``HugeBootmemPage/isWrittenByMemmapInit``), a store is
  /// attempted: it faults on a read-only vmemmap page, and on a writable one takes a reference in the
  /// template that all share.
  /// The corresponding kernel function is `get_page_unless_zero()`.
  @inlinable @inline(__always)
  public static func getPageUnlessZero(_ page: Page) -> Bool {
    pageRefAddUnless(page, 1, 0)
  }

  /// Takes a reference on the compound page that `page` belongs to, unless it has none; returns its
  /// head, or nil.
  ///
  /// The corresponding kernel code is `folio_try_get(page_folio(page))`.
  @inlinable @inline(__always)
  public static func folioTryGet(_ page: Page) -> Page? {
    let head = Encoding.compoundHead(page)
    return pageRefAddUnless(head, 1, 0) ? head : nil
  }

  public static func failedSwaps(takingOn page: Page) -> Int {
    page.failedSwaps(addingTo: page.referenceCount)
  }

  /// In all forms but F who drops the last reference does.
  @inlinable @inline(__always)
  public static func claimToFree(_ page: Page) -> Bool { true }

  /// Drops a reference; tells whether it was the last one, so that the caller has to free the page.
  ///
  /// The corresponding kernel functions are `put_page_testzero()` and `folio_put_testzero()`.
  @inlinable @inline(__always)
  public static func putTestZero(_ page: Page) -> Bool {
    page.dropReferences(1) == 0 && claimToFree(page)
  }

  /// Replaces a count of exactly `count` by the one at which nobody can take a reference; tells whether it
  /// did. ``Page/unfreezeReferences(_:)`` ends it.
  ///
  /// The corresponding kernel function is `page_ref_freeze()`.
  @inlinable @inline(__always)
  public static func freeze(_ page: Page, _ count: Int32) -> Bool {
    page.freezeReferences(count, to: Encoding.Format.frozenReferenceCount)
  }

  public static var format: any TailFormat.Type { Encoding.Format.self }
}

/// The forms of `page_ref_add_unless()`, in the order in which they are listed and tested.
public let pageRefForms: [any PageRefForm.Type] = {
  var forms: [any PageRefForm.Type] = [
    PlainForm<PointerEncoding>.self,
    EarlyFakeHeadForm<OptimizeVmemmapKey, NonPreemptibleRCU>.self,
    EarlyFakeHeadForm<OptimizeVmemmapKey, PreemptibleRCU>.self,
    FakeHeadForm<OptimizeVmemmapKey, NonPreemptibleRCU>.self,
    FakeHeadForm<OptimizeVmemmapKey, PreemptibleRCU>.self,
    FakeHeadForm<KeyOff, NonPreemptibleRCU>.self,
    FakeHeadForm<KeyOff, PreemptibleRCU>.self,
    FakeHeadForm<KeyOn, NonPreemptibleRCU>.self,
    FakeHeadForm<KeyOn, PreemptibleRCU>.self,
    PlainForm<MaskEncoding>.self,
    AssumedCountForm<MaskEncoding, NoGuard>.self,
    AssumedCountForm<MaskEncoding, CountGuard<NonPreemptibleRCU>>.self,
    AssumedCountForm<
      FakeHeadEncoding<OptimizeVmemmapKey>, FakeHeadGuard<OptimizeVmemmapKey, NonPreemptibleRCU>
    >.self,
    FrozenBitForm<MaskEncoding, NoGuard>.self,
    FrozenBitForm<MaskEncoding, CountGuard<NonPreemptibleRCU>>.self,
    FrozenBitForm<
      FakeHeadEncoding<OptimizeVmemmapKey>, FakeHeadGuard<OptimizeVmemmapKey, NonPreemptibleRCU>
    >.self,
  ]
  #if HAVE_URCU
    forms +=
      [
        EarlyFakeHeadForm<OptimizeVmemmapKey, MembarrierRCU>.self,
        FakeHeadForm<OptimizeVmemmapKey, MembarrierRCU>.self,
        FakeHeadForm<KeyOff, MembarrierRCU>.self,
        FakeHeadForm<KeyOn, MembarrierRCU>.self,
      ] as [any PageRefForm.Type]
  #endif
  return forms
}()

/// The forms of `page_ref_add_unless()` that were proposed, and are in no kernel.
public let proposedForms = pageRefForms.filter { $0.role == .whatIf }

/// The forms of `folio_try_get()`: those above, and the encodings whose folios are not struct pages.
public let folioRefForms: [any PageRefForm.Type] =
  pageRefForms
  + comparableEncodings.filter { $0.format.folioSize > 0 }.map { $0.plainForm }

extension CompoundEncoding {
  fileprivate static var plainForm: any PageRefForm.Type { PlainForm<Self>.self }
}
