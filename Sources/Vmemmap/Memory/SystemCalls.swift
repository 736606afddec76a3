import CNuma
import CVmemmap
import Glibc
import SystemPackage

/// One thin wrapper for each system call that memory maps are made of.
///
/// Addresses are integers here as everywhere in the model; pointers into memory maps are made in this
/// file only. Each throws ``VmemmapError/system(attempt:errno:)`` if it says nothing else.
enum SystemCall {
  #if DEBUG
    /// For tests: told of each call before it is made; the call fails with what this answers.
    @TaskLocal static var fault: (@Sendable (_ attempt: String) -> Errno?)?
  #endif

  /// Makes a call that returns 0, or else sets errno.
  ///
  /// - Parameter failure: the error of an attempt.
  static func check(
    _ call: @autoclosure () -> Int32, _ attempt: @autoclosure () -> String,
    as failure: (String, Errno) -> VmemmapError = { .system(attempt: $0, errno: $1) }
  ) throws(VmemmapError) {
    #if DEBUG
      if let errno = fault?(attempt()) { throw failure(attempt(), errno) }
    #endif
    guard call() != 0 else { return }
    let number = Errno(rawValue: errno)
    throw failure(attempt(), number)
  }

  static func memfdCreate(_ name: String, size: Int) throws(VmemmapError) -> FileDescriptor {
    var descriptor: Int32 = -1
    func create() -> Int32 {
      descriptor = unsafe cvm_memfd_create(name)
      return min(descriptor, 0)
    }
    try check(create(), "memfd_create(\(name))")
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
    var mapped = UInt.max
    func call() -> Int32 {
      mapped = UInt(
        bitPattern: unsafe mmap(
          UnsafeMutableRawPointer(bitPattern: address), length, protection, flags,
          file?.rawValue ?? -1, offset))
      return mapped == UInt.max ? -1 : 0
    }
    try check(
      call(),
      "map \(length) bytes" + (address == 0 ? "" : " at 0x\(String(address, radix: 16))"))
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

  /// Writes all of the bytes to a memory file, and allocates what is not there.
  static func write(
    _ bytes: UnsafeRawBufferPointer, to file: FileDescriptor, offset: Int
  ) throws(VmemmapError) {
    func call() -> Int32 {
      do {
        _ = try unsafe file.writeAll(toAbsoluteOffset: Int64(offset), bytes)
        return 0
      } catch {
        errno = (error as? Errno)?.rawValue ?? EIO
        return -1
      }
    }
    try check(call(), "write \(bytes.count) bytes at offset \(offset) of a memory file")
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
  ///
  /// - Precondition: `node` fits into page flags, and so into one word of a mask.
  /// - Throws: ``VmemmapError/numa(attempt:errno:)``.
  static func bind(_ address: UInt, length: Int, node: Int) throws(VmemmapError) {
    precondition(PageFlags.nodes.contains(node), "node \(node) does not fit the flags")
    var mask: UInt = 1 << UInt(node)
    // The kernel looks at one bit less than it is told of.
    try check(
      Int32(
        unsafe mbind(
          UnsafeMutableRawPointer(bitPattern: address), UInt(length), Int32(MPOL_BIND), &mask,
          UInt(UInt.bitWidth + 1), 0)),
      "bind \(length) bytes to node \(node)", as: VmemmapError.numa)
  }

  /// The node that each page lies on, or the negative errno that the kernel has in its place.
  ///
  /// - Throws: ``VmemmapError/numa(attempt:errno:)``.
  static func nodes(ofPages addresses: [UInt]) throws(VmemmapError) -> [Int32] {
    var pages = unsafe addresses.map { unsafe UnsafeMutableRawPointer(bitPattern: $0) }
    var nodes = [Int32](repeating: 0, count: addresses.count)
    // Nothing is moved where no nodes to move to are named.
    try check(
      Int32(unsafe move_pages(0, UInt(addresses.count), &pages, nil, &nodes, 0)),
      "ask for the nodes of \(addresses.count) pages", as: VmemmapError.numa)
    return nodes
  }
}
