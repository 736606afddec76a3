public import CVmemmap

#if HAVE_URCU
  public import CURCU
#endif

/// What entering and leaving an RCU read-side critical section costs.
public protocol RCUReadSide: SendableMetatype {
  /// Part of a form's name.
  static var name: String { get }

  /// What it adds to a form's summary.
  static var remark: String { get }

  /// Whether it is as some kernel has it.
  static var isOfKernel: Bool { get }

  static func lock()
  static func unlock()

  /// To be called on a thread before its first ``lock()``.
  static func registerThread()
  /// To be called on a thread after its last ``unlock()``.
  static func unregisterThread()
}

extension RCUReadSide {
  public static var isOfKernel: Bool { true }
  public static func registerThread() {}
  public static func unregisterThread() {}
}

/// A kernel without preemption: the read side is a compiler barrier.
@frozen
public enum NonPreemptibleRCU: RCUReadSide {
  public static var name: String { "none" }

  public static var remark: String { "" }

  @inlinable @inline(__always)
  public static func lock() { cvm_barrier() }

  @inlinable @inline(__always)
  public static func unlock() { cvm_barrier() }
}

/// A kernel with `PREEMPT_RCU`: two calls out of line around a per-task nesting counter, no atomics
/// and no fences. What distribution kernels (`PREEMPT_DYNAMIC`) are built with.
@frozen
public enum PreemptibleRCU: RCUReadSide {
  public static var name: String { "preempt" }

  public static var remark: String { ", in PREEMPT_RCU's read side" }

  @inlinable @inline(__always)
  public static func lock() { cvm_preempt_rcu_read_lock() }

  @inlinable @inline(__always)
  public static func unlock() { cvm_preempt_rcu_read_unlock() }
}

#if HAVE_URCU
  /// liburcu's memb flavour, whose grace periods are real.
  @frozen
  public enum MembarrierRCU: RCUReadSide {
    public static var name: String { "memb" }

    public static var remark: String { ", in liburcu's read side" }

    public static var isOfKernel: Bool { false }

    @inlinable @inline(__always)
    public static func lock() { curcu_memb_read_lock() }

    @inlinable @inline(__always)
    public static func unlock() { curcu_memb_read_unlock() }

    public static func registerThread() { curcu_memb_register_thread() }
    public static func unregisterThread() { curcu_memb_unregister_thread() }
  }
#endif
