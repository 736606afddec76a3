#if HAVE_URCU
  import CURCU
#endif

/// The write side of RCU, whose real grace periods are liburcu's.
public enum GracePeriod {
  /// Returns after every reader of ``MembarrierRCU`` that was inside when it was called has left.
  ///
  /// - Precondition: the calling thread is not such a reader.
  /// - Throws: ``VmemmapError/builtWithoutLiburcu`` at once, in a build without liburcu.
  ///
  /// The corresponding kernel function is `synchronize_rcu()`.
  public static func synchronize() throws(VmemmapError) {
    #if HAVE_URCU
      curcu_memb_synchronize()
    #else
      throw .builtWithoutLiburcu
    #endif
  }
}
