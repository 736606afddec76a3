import CNuma
import CVmemmap
import Glibc
import SystemPackage

/// One thin wrapper for each system call that memory maps are made of.
///
/// Addresses are integers here as everywhere in the model; the pointers that the calls take are made
/// in this file only. Each throws ``VmemmapError/system(attempt:errno:)``.
enum SystemCall {
  static func check(
    _ result: Int32, _ attempt: @autoclosure () -> String
  ) throws(VmemmapError) {
    if result != 0 { throw .system(attempt: attempt(), errno: Errno(rawValue: errno)) }
  }

  static func memfdCreate(_ name: String, size: Int) throws(VmemmapError) -> FileDescriptor {
    let descriptor = unsafe cvm_memfd_create(name)
    guard descriptor >= 0 else {
      throw .system(attempt: "memfd_create(\(name))", errno: Errno(rawValue: errno))
    }
    do throws(VmemmapError) {
      try check(ftruncate(descriptor, size), "size a memory file to \(size) bytes")
    } catch {
      close(descriptor)
      throw error
    }
    return FileDescriptor(rawValue: descriptor)
  }

  /// Maps at an address that the caller owns, or anywhere when `address` is 0.
  static func map(
    at address: UInt, length: Int, protection: Int32, flags: Int32,
    file: FileDescriptor? = nil, offset: Int = 0
  ) throws(VmemmapError) -> UInt {
    let result = unsafe mmap(
      UnsafeMutableRawPointer(bitPattern: address), length, protection, flags,
      file?.rawValue ?? -1, offset)
    let mapped = UInt(bitPattern: result)
    guard mapped != UInt.max else {
      throw .system(
        attempt: "map \(length) bytes"
          + (address == 0 ? "" : " at 0x\(String(address, radix: 16))"),
        errno: Errno(rawValue: errno))
    }
    return mapped
  }

  static func unmap(_ address: UInt, length: Int) {
    _ = unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), length)
  }

  static func advise(
    _ address: UInt, length: Int, _ advice: Int32, _ attempt: @autoclosure () -> String
  ) throws(VmemmapError) {
    try check(
      unsafe madvise(UnsafeMutableRawPointer(bitPattern: address), length, advice), attempt())
  }

  static func protect(
    _ address: UInt, length: Int, _ protection: Int32, _ attempt: @autoclosure () -> String
  ) throws(VmemmapError) {
    try check(
      unsafe mprotect(UnsafeMutableRawPointer(bitPattern: address), length, protection), attempt())
  }

  /// Gives the backing of a range of a memory file back to the system.
  static func punchHole(
    _ file: FileDescriptor, offset: Int, length: Int
  ) throws(VmemmapError) {
    try check(
      cvm_punch_hole(file.rawValue, offset, length),
      "free \(length) bytes at offset \(offset) of a memory file")
  }

  /// The bytes of memory that back a memory file; exact, and needs no privileges.
  static func allocatedBytes(_ file: FileDescriptor) throws(VmemmapError) -> Int {
    var status = stat()
    try check(unsafe fstat(file.rawValue, &status), "fstat a memory file")
    return Int(status.st_blocks) * 512
  }

  /// Binds a range of a memory file's mapping to a node; the policy stays with the file.
  static func bind(_ address: UInt, length: Int, node: Int) throws(VmemmapError) {
    var mask: UInt = 1 << UInt(node)
    // The kernel looks at one bit less than it is told of.
    let result = unsafe mbind(
      UnsafeMutableRawPointer(bitPattern: address), UInt(length), Int32(MPOL_BIND), &mask,
      UInt(UInt.bitWidth + 1), 0)
    if result != 0 {
      throw .system(attempt: "bind \(length) bytes to node \(node)", errno: Errno(rawValue: errno))
    }
  }
}
