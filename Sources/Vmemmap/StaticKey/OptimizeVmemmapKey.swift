public import CVmemmap
import Glibc
import Synchronization
import SystemPackage

/// The key as the kernel has it: each test of it is a nop in the code while the key is off, and is
/// overwritten with a jump to turn it on.
///
/// There is one for the whole process. It is on while anybody holds it, and off at first. The kernel
/// counts one holder for each optimised folio, and so does a ``MemoryMap`` that is told to; who wants
/// it on without one (``HVOState/elsewhere``) is a holder too.
@frozen
public enum OptimizeVmemmapKey: StaticKey {
  @inlinable @inline(__always)
  public static var isEnabled: Bool { cvm_static_branch_optimize_vmemmap() }
  public static var isConstant: Bool { false }
  public static var suffix: String { "" }
  public static var hvoStates: Set<HVOState> { Set(HVOState.allCases) }

  private static let holders = Mutex(0)

  /// How many hold the key on. The corresponding kernel function is `static_key_count()`.
  public static var count: Int { holders.withLock { $0 } }

  /// Adds holders. Only the first one of all turns the key on: code is overwritten.
  ///
  /// Code is writable meanwhile, and no longer after. Turning costs some system calls, and the first
  /// time a copy of each page of code that has a branch; a holder more costs nothing of this.
  ///
  /// - Parameter count: 0 or more.
  /// - Precondition: unless the key is on, no other thread runs code that tests it. When it does so
  ///   later, it sees the new position.
  /// - Throws: ``VmemmapError/system(attempt:errno:)`` where the system forbids a process to change
  ///   its code or has no `membarrier()`. The key is then off, with no holder.
  ///
  /// The corresponding kernel macro is `static_branch_inc()`.
  public static func increment(by count: Int = 1) throws(VmemmapError) {
    precondition(count >= 0, "\(count) holders can't be added")
    try holders.withLock { holders throws(VmemmapError) in
      if holders == 0 && count > 0 { try patch(enabled: true) }
      holders += count
    }
  }

  /// Takes holders away. Only the last one of all turns the key off.
  ///
  /// - Parameter count: 0 to ``count``.
  /// - Precondition: where the last holder goes, no other thread runs code that tests the key.
  /// - Throws: as ``increment(by:)``; the key is then on, with as many holders as before.
  ///
  /// The corresponding kernel macro is `static_branch_dec()`.
  public static func decrement(by count: Int = 1) throws(VmemmapError) {
    try holders.withLock { holders throws(VmemmapError) in
      precondition(
        (0...holders).contains(count), "\(count) of \(holders) holders can't be taken away")
      if holders == count && count > 0 { try patch(enabled: false) }
      holders -= count
    }
  }

  private static func patch(enabled: Bool) throws(VmemmapError) {
    let branches = StaticBranch.all
    guard let first = branches.map(\.code).min(), let last = branches.map(\.code).max() else {
      // A program that tests the key nowhere.
      return
    }
    // First of all: code that was patched and can't be fetched anew is code in both positions.
    try SystemCall.check(
      cvm_register_instruction_fetch(), "prepare to patch a static key (membarrier)")
    let start = first & ~UInt(SystemMemory.pageSize - 1)
    let length = Int(last - start) + StaticBranch.size
    // Executable all the while: this function may lie between the branches.
    try SystemCall.protect(
      start, length: length, PROT_READ | PROT_WRITE | PROT_EXEC,
      "make code writable to patch a static key (SELinux, seccomp or prctl can forbid it)")
    for branch in branches { branch.patch(enabled: enabled) }
    do throws(VmemmapError) {
      try SystemCall.check(
        cvm_serialize_instruction_fetch(), "make all threads fetch patched code (membarrier)")
      try SystemCall.protect(
        start, length: length, PROT_READ | PROT_EXEC, "make patched code read-only again")
    } catch {
      // Still writable; the code must go on to say what the count says.
      for branch in branches { branch.patch(enabled: !enabled) }
      _ = cvm_serialize_instruction_fetch()
      _ = try? SystemCall.protect(
        start, length: length, PROT_READ | PROT_EXEC, "make code read-only again")
      throw error
    }
  }
}
