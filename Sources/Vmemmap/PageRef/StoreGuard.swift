/// What stands before a form of `page_ref_add_unless()` that stores whatever the count is: it keeps the form
/// off struct pages that are read-only.
///
/// Forms A to D load the count and store only where it lets a reference be taken. Forms E and F store
/// first, and under HVO a tail's struct page is read-only.
public protocol StoreGuard: SendableMetatype {
  /// The last part of a form's name; nil where nothing stands before it.
  static var name: String? { get }

  /// The read side that a walk is inside of, from the guard to the store.
  associatedtype RCU: RCUReadSide

  /// The states of HVO in which the guard does its work, of those in which an encoding is right.
  static func hvoStates(of encoding: any CompoundEncoding.Type) -> Set<HVOState>

  /// The static key that the guard tests, if any.
  static var staticKey: (any StaticKey.Type)? { get }

  /// Whether the form may store to a struct page.
  ///
  /// - Parameters:
  ///   - page: the one to store to.
  ///   - isTakeable: whether a reference can be taken on a page with that count.
  static func allowsStore(to page: Page, _ isTakeable: (Int32) -> Bool) -> Bool
}

extension StoreGuard {
  /// What the guard adds to a form's summary.
  static var remark: String { name.map { ", \($0)" } ?? "" }

  public static var staticKey: (any StaticKey.Type)? { nil }

  public static func hvoStates(of encoding: any CompoundEncoding.Type) -> Set<HVOState> {
    encoding.hvoStates
  }
}

/// Nothing: right only where no struct page is read-only.
@frozen
public enum NoGuard: StoreGuard {
  public typealias RCU = NonPreemptibleRCU

  public static var name: String? { nil }

  public static func hvoStates(of encoding: any CompoundEncoding.Type) -> Set<HVOState> {
    encoding.hvoStates.subtracting([.on])
  }

  @inlinable @inline(__always)
  public static func allowsStore(to page: Page, _ isTakeable: (Int32) -> Bool) -> Bool { true }
}

/// A load of the count first, as form D has it: enough where tails show a count that gives no reference.
///
/// Without a read side (``NonPreemptibleRCU``) it leaves form D's window: the load was done before the page
/// was freed, the store comes after its struct page became read-only. With one, and a grace period
/// before that, it leaves none.
@frozen
public enum CountGuard<RCU: RCUReadSide>: StoreGuard {
  public static var name: String? { "guarded" }

  @inlinable @inline(__always)
  public static func allowsStore(to page: Page, _ isTakeable: (Int32) -> Bool) -> Bool {
    isTakeable(page.referenceCount)
  }
}

/// What form C does, in its order: with the key on, the count with acquire, then the fake-head test, inside
/// a read-side critical section. For the old layout, whose fake heads show the head's count.
@frozen
public enum FakeHeadGuard<Key: StaticKey, RCU: RCUReadSide>: StoreGuard {
  public static var name: String? { "guarded" }

  public static var staticKey: (any StaticKey.Type)? { Key.self }

  public static func hvoStates(of encoding: any CompoundEncoding.Type) -> Set<HVOState> {
    Key.hvoStates
  }

  @inlinable @inline(__always)
  public static func allowsStore(to page: Page, _ isTakeable: (Int32) -> Bool) -> Bool {
    guard Key.isEnabled else { return true }
    return isTakeable(page.referenceCountAcquire) && !FakeHeadEncoding<Key>.isFakeHead(page)
  }
}
