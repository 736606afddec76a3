import CNuma
import Glibc

/// A huge page in use by this process, on a chosen node, given back with its owner.
final class HugePage {
  private let address: UInt
  /// In bytes.
  private let length: Int
  /// The page frame of its head.
  let frame: UInt

  /// All that the pool has free on a node, at least one.
  static func all(on node: Int, order: Int) throws(ComparisonError) -> [HugePage] {
    var pages = [try HugePage(node: node, order: order)]
    while let page = try? HugePage(node: node, order: order) { pages.append(page) }
    return pages
  }

  init(node: Int, order: Int) throws(ComparisonError) {
    length = 4096 << order
    let start = unsafe mmap(
      nil, length, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | Int32(order + 12) << MAP_HUGE_SHIFT, -1, 0)
    address = UInt(bitPattern: start)
    guard address != UInt.max else { throw .noHugePage(order: order, node: node, errno: errno) }
    var mask: UInt = 1 << UInt(node)
    let bound = unsafe mbind(
      start, UInt(length), Int32(MPOL_BIND), &mask, UInt(UInt.bitWidth + 1), 0)
    // Touched by a call that fails where a store would end the process.
    let populateWrite: Int32 = 23
    guard bound == 0, unsafe madvise(start, length, populateWrite) == 0 else {
      let reason = errno
      unsafe munmap(start, length)
      throw .noHugePage(order: order, node: node, errno: reason)
    }
    frame = try HugePage.frame(of: address)
  }

  deinit { unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), length) }

  private static func frame(of address: UInt) throws(ComparisonError) -> UInt {
    let file = unsafe open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable("/proc/self/pagemap", errno: errno) }
    defer { close(file) }
    var entry: UInt = 0
    guard unsafe pread(file, &entry, 8, Int(address / 4096 * 8)) == 8 else {
      throw .unreadable("/proc/self/pagemap", errno: errno)
    }
    // Bits 0 to 54; 0 for those who may not see it.
    let frame = entry & (1 << 55 - 1)
    guard frame != 0 else { throw .unreadable("page frame numbers", errno: EPERM) }
    return frame
  }
}
