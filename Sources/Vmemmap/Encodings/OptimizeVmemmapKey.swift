public import CVmemmap
import Glibc
import SystemPackage

/// The key as the kernel has it: each test of it is a nop in the code while the key is off, and is
/// overwritten with a jump to turn it on.
///
/// There is one position for the whole process, and it is off at first. Unlike the kernel's, which
/// counts optimised folios up and down, it is set: to measure ``HVOState/elsewhere`` it has to be on
/// without any.
@frozen
public enum OptimizeVmemmapKey: StaticKey {
  @inlinable @inline(__always)
  public static var isEnabled: Bool { cvm_static_branch_optimize_vmemmap() }
  public static var isConstant: Bool { false }
  public static var suffix: String { "" }
  public static var hvoStates: Set<HVOState> { Set(HVOState.allCases) }

  /// Turns the key on or off, in the whole process: code is overwritten.
  ///
  /// The code is writable meanwhile, and no longer after. Costs four system calls, and the first
  /// time a copy of each page of code that has a branch.
  ///
  /// - Precondition: no other thread runs code that tests the key. When it does so later, it sees the
  ///   new position.
  /// - Throws: ``VmemmapError/system(attempt:errno:)`` where the system forbids a process to change
  ///   its code, or patching is not written for the architecture.
  ///
  /// The corresponding kernel macros are `static_branch_enable()` and `static_branch_disable()`.
  public static func set(_ enabled: Bool) throws(VmemmapError) {
    let branches = StaticBranch.all
    guard let first = branches.map(\.code).min(), let last = branches.map(\.code).max() else {
      throw .system(
        attempt: "patch a static key, which is done on x86-64 only", errno: .notSupported)
    }
    let start = first & ~UInt(basePageMask)
    let length = Int(last - start) + StaticBranch.size
    // Executable all the while: this function may lie between the branches.
    try SystemCall.protect(
      start, length: length, PROT_READ | PROT_WRITE | PROT_EXEC,
      "make code writable to patch a static key (SELinux, seccomp or prctl can forbid it)")
    for branch in branches { branch.patch(enabled: enabled) }
    try SystemCall.protect(
      start, length: length, PROT_READ | PROT_EXEC, "make patched code read-only again")
    try SystemCall.check(
      cvm_serialize_instruction_fetch(), "make all threads fetch patched code (membarrier)")
  }
}

/// A place in this process's code that tests the key.
struct StaticBranch {
  /// The address of the instruction.
  let code: UInt
  /// Where it goes when the key is on.
  let target: UInt

  /// The bytes of the instruction, in either form.
  static let size = 5

  /// `nopl 0x0(%rax,%rax,1)`, the nop of 5 bytes that Intel's and AMD's manuals recommend.
  static let nop: [UInt8] = [0x0f, 0x1f, 0x44, 0x00, 0x00]

  /// `jmp rel32`, whose distance counts from the next instruction.
  var jump: [UInt8] {
    let distance = UInt32(truncatingIfNeeded: target &- (code &+ UInt(StaticBranch.size)))
    return [0xe9] + (0..<4).map { UInt8(truncatingIfNeeded: distance >> (8 * $0)) }
  }

  /// What stands in the code.
  var instruction: [UInt8] {
    unsafe [UInt8](
      UnsafeRawBufferPointer(
        start: UnsafeRawPointer(bitPattern: code), count: StaticBranch.size))
  }

  /// - Precondition: the code is writable.
  func patch(enabled: Bool) {
    unsafe UnsafeMutableRawBufferPointer(
      start: UnsafeMutableRawPointer(bitPattern: code), count: StaticBranch.size
    ).copyBytes(from: enabled ? jump : StaticBranch.nop)
  }
}

extension StaticBranch {
  /// All that the linker kept.
  static var all: [StaticBranch] {
    var count = 0
    guard let table = unsafe cvm_jump_table(&count) else { return [] }
    return (0..<count).map { index in
      let entry = unsafe table + index
      let address = UInt(bitPattern: entry)
      let (code, target) = unsafe (entry.pointee.code, entry.pointee.target)
      return StaticBranch(
        code: address &+ UInt(bitPattern: Int(code)),
        target: address &+ UInt(fieldOffset) &+ UInt(bitPattern: Int(target)))
    }
  }

  /// Where in an entry the offset of the target stands, from which it counts.
  private static let fieldOffset = MemoryLayout<cvm_jump_entry>.offset(of: \.target)!
}
