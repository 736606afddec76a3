import Glibc
import Host
import SystemPackage

/// One 2 MiB page of the kernel's pool, mapped in this process.
struct MappedHugePage: ~Copyable {
  private let address: UInt

  /// - Throws: ``KernelError/unmappable(bytes:errno:)`` where the pool has none that is free.
  init() throws(KernelError) {
    // MAP_HUGE_2MB: the binary logarithm of the size from bit 26 up.
    let size: Int32 = 21 << 26
    let result = unsafe mmap(
      nil, LentHugePages.pageBytes, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | size, -1, 0)
    address = UInt(bitPattern: result)
    guard address != UInt.max else {
      throw .unmappable(bytes: LentHugePages.pageBytes, errno: Errno(rawValue: errno))
    }
    // A page that can't be had, as for a control group's limit, is an error here and a signal later.
    let populateWrite: Int32 = 23
    guard unsafe madvise(result, LentHugePages.pageBytes, populateWrite) == 0 else {
      let reason = Errno(rawValue: errno)
      _ = unsafe munmap(result, LentHugePages.pageBytes)
      throw .unmappable(bytes: LentHugePages.pageBytes, errno: reason)
    }
  }

  deinit {
    _ = unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), LentHugePages.pageBytes)
  }

  /// Its first page frame.
  ///
  /// - Throws: ``KernelError/hiddenFrame(path:)`` for others than root, and ``KernelError/file(_:)``.
  func frame(_ tree: SystemTree) throws(KernelError) -> Int {
    try tree.frame(behind: address)
  }
}

extension SystemTree {
  /// The page frame behind an address of this process.
  func frame(behind address: UInt) throws(KernelError) -> Int {
    let pagemap: FilePath = "proc/self/pagemap"
    let page = Int(address) / KernelMemory.basePageSize
    let entries = try KernelError.reading { () throws(SystemTreeError) in
      try words(pagemap, from: page, count: 1)
    }
    let entry = entries.first ?? 0
    // Bits 0 to 54 where bit 63, present, is set; zeros for those who may not see them.
    let frame = Int(entry & (1 << 55 - 1))
    guard entry >> 63 == 1, frame > 0 else { throw .hiddenFrame(path: path(pagemap)) }
    return frame
  }
}
