import Glibc

/// A mapping that is held back, so that one can be had when `vm.max_map_count` is reached.
///
/// `mmap()` is refused above the limit even where it would join mappings and need fewer, which is
/// how aliases are undone. Two pages of a memory file beside each other, one of them without access,
/// are two mappings; given access they become one, which is never refused.
struct SpareMapping {
  /// The bytes of address space and of the file that it takes: two pages of this machine.
  static let length = 2 * SystemMemory.pageSize

  /// The page without access; the one before it has access.
  private let guardPage: UInt

  /// - Parameter address: of ``length`` bytes that are mapped read-write.
  init(at address: UInt) throws(VmemmapError) {
    guardPage = address + UInt(SystemMemory.pageSize)
    try holdBack()
  }

  /// Lets the process have one mapping more.
  func release() throws(VmemmapError) {
    try SystemCall.protect(
      guardPage, length: SystemMemory.pageSize, PROT_READ | PROT_WRITE, "release a spare mapping")
  }

  func holdBack() throws(VmemmapError) {
    try SystemCall.protect(
      guardPage, length: SystemMemory.pageSize, PROT_NONE, "hold a spare mapping back")
  }
}
