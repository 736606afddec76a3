/// One of the forms that `page_ref_add_unless()` has had.
///
/// A new form is one file with a conforming type and one line in ``pageRefForms``.
public protocol PageRefForm: SendableMetatype {
  /// How the kernels that have the form find a page's head.
  associatedtype Encoding: CompoundEncoding

  /// A lower-case identifier; part of symbol names, and the `encoding` column of results.
  static var name: String { get }

  /// The states of HVO in which the kernel that this form is taken from gives right answers.
  static var hvoStates: Set<HVOState> { get }

  /// The static key that the code tests, if any.
  static var staticKey: (any StaticKey.Type)? { get }

  /// Whether results have it only where it is asked for, see ``CompoundEncoding/isControl``.
  static var isControl: Bool { get }

  /// Adds `addend` to the page's reference count unless the count is `unless`; tells whether it did.
  ///
  /// The corresponding kernel function is `page_ref_add_unless(page, nr, u)`;
  /// ``getPageUnlessZero(_:)`` is `(page, 1, 0)`.
  static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool

  /// To be called on a thread before and after it uses the form, for each form that it uses.
  static func registerThread()
  static func unregisterThread()
}

extension PageRefForm {
  /// Takes a reference on a page that may be free; tells whether it did.
  ///
  /// On the page as it is: a tail's count is 0, so that nothing is taken there.
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

  public static var staticKey: (any StaticKey.Type)? { nil }
  public static var isControl: Bool { false }
  public static func registerThread() {}
  public static func unregisterThread() {}
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

/// The forms of `folio_try_get()`: those above but the static key's constants, which need no second
/// check, and the encodings whose folios are not struct pages.
public let folioRefForms: [any PageRefForm.Type] =
  pageRefForms.filter { $0.staticKey?.isConstant != true }
  + comparableEncodings.filter { $0.folioSize > 0 }.map { $0.plainForm }

extension CompoundEncoding {
  fileprivate static var folioSize: Int { Format.folioSize }
  fileprivate static var plainForm: any PageRefForm.Type { PlainForm<Self>.self }
}
