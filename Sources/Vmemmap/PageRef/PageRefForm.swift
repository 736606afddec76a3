/// One of the forms that `page_ref_add_unless()` has had.
///
/// A new form is one file with a conforming type and one line in ``pageRefForms``.
public protocol PageRefForm: SendableMetatype {
  associatedtype Format: TailFormat

  /// A lower-case identifier; part of symbol names, and the `encoding` column of results.
  static var name: String { get }

  /// The states of HVO in which the kernel that this form is taken from gives right answers.
  static var hvoStates: Set<HVOState> { get }

  /// The static key that the code tests, if any.
  static var staticKey: (any StaticKey.Type)? { get }

  /// Adds `addend` to the page's reference count unless the count is `unless`; tells whether it did.
  ///
  /// The corresponding kernel function is `page_ref_add_unless(page, nr, u)`;
  /// `get_page_unless_zero(page)` is `(page, 1, 0)`.
  static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool

  /// To be called on a thread before and after it uses the form, for each form that it uses.
  static func registerThread()
  static func unregisterThread()
}

extension PageRefForm {
  public static var staticKey: (any StaticKey.Type)? { nil }
  public static func registerThread() {}
  public static func unregisterThread() {}
}

/// The forms of `page_ref_add_unless()`, in the order in which they are listed and tested.
public let pageRefForms: [any PageRefForm.Type] = {
  var forms: [any PageRefForm.Type] = [
    PlainForm<HeadPointerFormat>.self,
    FakeHeadForm<OptimizeVmemmapKey, NonPreemptibleRCU>.self,
    FakeHeadForm<OptimizeVmemmapKey, PreemptibleRCU>.self,
    FakeHeadForm<KeyOff, NonPreemptibleRCU>.self,
    FakeHeadForm<KeyOff, PreemptibleRCU>.self,
    FakeHeadForm<KeyOn, NonPreemptibleRCU>.self,
    FakeHeadForm<KeyOn, PreemptibleRCU>.self,
    PlainForm<HeadMaskFormat>.self,
  ]
  #if HAVE_URCU
    forms +=
      [
        FakeHeadForm<OptimizeVmemmapKey, MembarrierRCU>.self,
        FakeHeadForm<KeyOff, MembarrierRCU>.self,
        FakeHeadForm<KeyOn, MembarrierRCU>.self,
      ] as [any PageRefForm.Type]
  #endif
  return forms
}()

/// Forms A (up to Linux 6.9) and D (since 7.1): nothing but the atomic operation.
///
/// Form A runs on the pointer layout, which it must not do under HVO: a fake head shows the head's
/// count, so it would attempt a store to a read-only alias.
@frozen
public enum PlainForm<Format: TailFormat>: PageRefForm {
  public static var name: String { Format.name }

  public static var hvoStates: Set<HVOState> {
    switch Format.sharedTails {
    case .template: Set(HVOState.allCases)
    case .firstVmemmapPage: [.off, .elsewhere]
    }
  }

  @inlinable @inline(__always)
  public static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool {
    page.atomicAddUnless(addend, unless)
  }
}

/// Form C (about Linux 6.15 to 7.0): what the mask encoding made superfluous.
///
/// With the key on, the count is read with acquire before the fake-head test. The other way round, a
/// walker could find the page not fake, lose the race against HVO's remapping, and then see the
/// head's non-zero count through the alias.
@frozen
public enum FakeHeadForm<Key: StaticKey, RCU: RCUReadSide>: PageRefForm {
  public typealias Format = HeadPointerFormat

  public static var name: String {
    let encoding = FakeHeadEncoding<Key>.name
    return RCU.self == NonPreemptibleRCU.self ? encoding : "\(encoding)_\(RCU.name)"
  }

  public static var hvoStates: Set<HVOState> { Key.hvoStates }

  public static var staticKey: (any StaticKey.Type)? { Key.self }

  @inlinable @inline(__always)
  public static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool {
    RCU.lock()
    defer { RCU.unlock() }
    if Key.isEnabled {
      guard page.referenceCountAcquire != unless, !FakeHeadEncoding<Key>.isFakeHead(page) else {
        return false
      }
    }
    return page.atomicAddUnless(addend, unless)
  }

  public static func registerThread() { RCU.registerThread() }
  public static func unregisterThread() { RCU.unregisterThread() }
}
