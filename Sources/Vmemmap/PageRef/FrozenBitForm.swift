public import CVmemmap

/// Form F: bit 31 of the count says that the page is frozen, and a reference is taken by an addition,
/// whatever comes of it. From the series "improve folio refcount scalability" of Ilya Gladyshev and Ivan
/// Gorbunov (RFC 2025-12, v4 2026-06); in no kernel.
///
/// | count | the page |
/// |---|---|
/// | 1 and more | has so many references |
/// | 0 | has lost its last one a moment ago: whoever is first freezes it, or takes another |
/// | below 0 | is frozen: free, a tail, or held for splitting or migration; what has been added meanwhile gives nobody a reference |
///
/// Who takes a reference on a frozen page leaves the addition there. Past ``limit`` of them the count is
/// set back, so that they never reach bit 31's other side.
///
/// The addition stores whatever the count is, so that a tail that HVO has mapped read-only faults: hence the
/// guard. Tails and free pages must hold the frozen count, which ``FrozenCountFormat`` gives them; on a
/// page whose count is a lasting 0, as tails' are in kernels today, it would take a reference.
@frozen
public enum FrozenBitForm<Base: CompoundEncoding, Guard: StoreGuard>: PageRefForm {
  public typealias Encoding = FrozenCountEncoding<Base>

  public static var name: String {
    [Encoding.name, Guard.name].compactMap(\.self).joined(separator: "_")
  }

  public static var summary: String {
    "form F on \(Base.name): an addition\(Guard.remark)"
  }

  public static var role: ArmRole { .whatIf }

  public static var kernels: String? { nil }

  public static var hvoStates: Set<HVOState> { Guard.hvoStates(of: Base.self) }

  public static var staticKey: (any StaticKey.Type)? { Guard.staticKey }

  public static var isInDefaultPlan: Bool { false }

  /// How much may be added to a frozen count before it is set back.
  @inlinable @inline(__always)
  public static var limit: Int32 { 1 << 30 }

  /// - Parameters:
  ///   - page: whose count is added to.
  ///   - addend: how many references are taken.
  ///   - unless: of no meaning: the count that is not added to is any frozen one.
  @inlinable @inline(__always)
  public static func pageRefAddUnless(_ page: Page, _ addend: Int32, _ unless: Int32) -> Bool {
    addUnlessFrozen(page, addend, limit: limit)
  }

  /// Adds `addend` unless the count is frozen; tells whether a reference was taken.
  ///
  /// - Parameters:
  ///   - page: whose count is added to.
  ///   - addend: how many references are taken.
  ///   - limit: see ``limit``; lower ones are for tests.
  @inlinable @inline(__always)
  public static func addUnlessFrozen(_ page: Page, _ addend: Int32, limit: Int32) -> Bool {
    Guard.RCU.lock()
    defer { Guard.RCU.unlock() }
    // In a register, as in the other forms.
    let page = Page(address: UInt(cvm_opaque_u64(UInt64(page.address))))
    guard Guard.allowsStore(to: page, { $0 >= 0 }) else { return false }
    var count = cvm_atomic_add_return(page.address &+ Page.Offset.refcount, addend)
    guard count < 0 else { return true }
    // Whoever unfreezes the page ends it, too.
    while _slowPath(count < 0 && count &- .min > limit) {
      let swap = cvm_atomic_try_cmpxchg(page.address &+ Page.Offset.refcount, count, .min)
      if swap.exchanged { break }
      count = swap.seen
    }
    return false
  }

  /// An addition does not fail.
  public static func failedSwaps(takingOn page: Page) -> Int {
    _ = pageRefAddUnless(page, 1, 0)
    return 0
  }

  /// Only who freezes the count does, if nobody takes a reference before.
  ///
  /// Under HVO this is another store that needs a guard of its own: somebody else may have taken, dropped
  /// and freed meanwhile, and the page may be a tail that is mapped read-only.
  @inlinable @inline(__always)
  public static func claimToFree(_ page: Page) -> Bool { page.freezeReferences(0, to: .min) }

  public static func registerThread() { Guard.RCU.registerThread() }
  public static func unregisterThread() { Guard.RCU.unregisterThread() }
}

/// A format whose tails hold the frozen count in place of 0.
@frozen
public enum FrozenCountFormat<Base: TailFormat>: TailFormat {
  public static var name: String { "\(Base.name)_frozen" }

  @inlinable @inline(__always)
  public static var structPageSize: Int { Base.structPageSize }

  @inlinable @inline(__always)
  public static func compoundInfo(head: Page, order: Int) -> UInt {
    Base.compoundInfo(head: head, order: order)
  }

  public static func head(of page: Page, compoundInfo word: UInt) -> Page {
    Base.head(of: page, compoundInfo: word)
  }

  public static var needsNaturalAlignment: Bool { Base.needsNaturalAlignment }

  public static var sharedTails: SharedTails? { Base.sharedTails }

  @inlinable @inline(__always)
  public static var clearsTailPrivate: Bool { Base.clearsTailPrivate }

  @inlinable @inline(__always)
  public static var frozenReferenceCount: Int32 { .min }
}

/// An encoding over such tails, which it reads as before.
@frozen
public enum FrozenCountEncoding<Base: CompoundEncoding>: CompoundEncoding {
  public typealias Format = FrozenCountFormat<Base.Format>

  public static var name: String { "\(Base.name)_frozen" }

  public static var summary: String { "\(Base.name), free pages and tails with a frozen count" }

  public static var role: ArmRole { .whatIf }

  public static var kernels: String? { nil }

  public static var hvoStates: Set<HVOState> { Base.hvoStates }

  public static var staticKey: (any StaticKey.Type)? { Base.staticKey }

  @inlinable @inline(__always)
  public static func compoundHead(_ page: Page) -> Page { Base.compoundHead(page) }

  @inlinable @inline(__always)
  public static func isTail(_ page: Page) -> Bool { Base.isTail(page) }

  @inlinable @inline(__always)
  public static func isHead(_ page: Page) -> Bool { Base.isHead(page) }
}
