import CNuma
import Glibc
import SystemPackage

/// The CPUs that a thread may run on.
public enum CPUs {
  /// Those of the calling thread: fewer than the machine's where a cpuset or `taskset` says so.
  ///
  /// - Throws: ``VmemmapError/system(attempt:errno:)``, for one where a security policy forbids to ask.
  /// The corresponding libnuma function is `numa_sched_getaffinity()`.
  public static var allowed: [Int] {
    get throws(VmemmapError) {
      let mask = try unsafe emptyMask()
      defer { unsafe numa_bitmask_free(mask) }
      guard unsafe numa_sched_getaffinity(0, mask) >= 0 else {
        throw .system(attempt: "ask which CPUs may be run on", errno: Errno(rawValue: errno))
      }
      return (0..<Int(unsafe mask.pointee.size)).filter {
        unsafe numa_bitmask_isbitset(mask, UInt32($0)) != 0
      }
    }
  }

  /// Lets the calling thread run on these CPUs only.
  ///
  /// - Throws: ``VmemmapError/system(attempt:errno:)``, for one where a cpuset forbids it.
  /// The corresponding libnuma function is `numa_sched_setaffinity()`.
  public static func pin(to cpus: [Int]) throws(VmemmapError) {
    let mask = try unsafe emptyMask()
    defer { unsafe numa_bitmask_free(mask) }
    for cpu in cpus { unsafe _ = numa_bitmask_setbit(mask, UInt32(cpu)) }
    guard unsafe numa_sched_setaffinity(0, mask) >= 0 else {
      throw .system(attempt: "run on the CPUs \(cpus)", errno: Errno(rawValue: errno))
    }
  }
  /// Of no CPU; for the caller to free.
  static func emptyMask() throws(VmemmapError) -> UnsafeMutablePointer<bitmask> {
    guard let mask = unsafe numa_allocate_cpumask() else {
      throw .system(attempt: "allocate a CPU mask", errno: .noMemory)
    }
    return unsafe mask
  }
}
