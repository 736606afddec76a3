public import CVmemmap

/// The reference count of a page.
///
/// Signed and 32 bits wide; 0 for tails and free pages, or what ``TailFormat/frozenReferenceCount`` says. The operations below act on the struct
/// page that they are called on, without looking for the head.
extension Page {
  /// The count, read relaxed. The corresponding kernel function is `page_ref_count()`.
  @inlinable @inline(__always)
  public var referenceCount: Int32 {
    cvm_atomic_load_relaxed(address &+ Offset.refcount)
  }

  /// The count, read with acquire ordering: later reads are not done before it.
  @inlinable @inline(__always)
  public var referenceCountAcquire: Int32 {
    cvm_atomic_load_acquire(address &+ Offset.refcount)
  }

  /// Sets the count with release ordering.
  ///
  /// The corresponding kernel functions are `set_page_count()` and, after a freeze,
  /// `page_ref_unfreeze()`.
  @inlinable @inline(__always)
  public func setReferenceCount(_ count: Int32) {
    cvm_atomic_store_release(address &+ Offset.refcount, count)
  }

  /// Drops `count` references and returns what is left; fully ordered.
  ///
  /// The corresponding kernel function is `page_ref_sub_return()`.
  @inlinable @inline(__always) @discardableResult
  public func dropReferences(_ count: Int32) -> Int32 {
    cvm_atomic_add_return(address &+ Offset.refcount, 0 &- count)
  }

  /// Adds `addend` unless the count equals `unless`; tells whether it added.
  ///
  /// A relaxed load first: a count equal to `unless` ends it with no store attempted, which is what
  /// keeps a walker from writing to a read-only alias. Otherwise a compare-and-swap loop, fully
  /// ordered on success.
  ///
  /// The corresponding kernel function is `atomic_add_unless(&page->_refcount, ...)`.
  @inlinable @inline(__always)
  public func atomicAddUnless(_ addend: Int32, _ unless: Int32) -> Bool {
    // In a register in every form. Left to itself the compiler adds the offset once where a form looks at
    // the page twice, and not where it does so once: another operand for the same atomic operation.
    let page = Page(address: UInt(cvm_opaque_u64(UInt64(address))))
    var count = page.referenceCount
    while count != unless {
      let swap = cvm_atomic_try_cmpxchg(page.address &+ Offset.refcount, count, count &+ addend)
      if swap.exchanged { return true }
      count = swap.seen
    }
    return false
  }

  /// Takes a reference by compare-and-swap, the first of which assumes a count; tells how many failed.
  func failedSwaps(addingTo assumed: Int32) -> Int {
    var (count, failed) = (assumed, 0)
    while true {
      let swap = cvm_atomic_try_cmpxchg(address &+ Offset.refcount, count, count &+ 1)
      if swap.exchanged { return failed }
      count = swap.seen
      failed += 1
    }
  }

  /// Replaces a count of exactly `count` by 0, or by what else is a frozen count, fully ordered; tells
  /// whether it did.
  ///
  /// While frozen, nobody can take a reference. The corresponding kernel function is
  /// `page_ref_freeze()`.
  @inlinable @inline(__always)
  public func freezeReferences(_ count: Int32, to frozen: Int32 = 0) -> Bool {
    cvm_atomic_try_cmpxchg(address &+ Offset.refcount, count, frozen).exchanged
  }

  /// Ends a freeze with `count` references, with release ordering.
  ///
  /// - Precondition: the count is 0, or frozen, and `count` is more.
  /// The corresponding kernel function is `page_ref_unfreeze()`.
  @inlinable @inline(__always)
  public func unfreezeReferences(_ count: Int32) {
    assert(referenceCount <= 0 && count > 0)
    setReferenceCount(count)
  }
}
