import Glibc
import SystemPackage

/// What the kernel says of the memory behind a memory map: that HVO's aliases are aliases, and what
/// they save.
public struct AliasingProof: Equatable, Sendable {
  /// Bytes behind the map now, from the memory file's `st_blocks`; exact, needs no privileges.
  public let allocatedBytes: Int
  /// Bytes that the map takes without HVO: its struct pages, filled up to whole huge pages where its
  /// mappings are huge.
  public let fullBytes: Int
  /// The number of vmemmap pages in the map.
  public let vmemmapPages: Int
  /// The number of different physical pages that they are mapped to, from `/proc/self/pagemap`.
  /// Nil without the privilege to read page frame numbers (`CAP_SYS_ADMIN`).
  public let distinctFrames: Int?

  /// What the kernel gave back, templates paid for.
  public var savedBytes: Int { fullBytes - allocatedBytes }
}

extension MemoryMap {
  /// Asks the kernel for the memory behind the map.
  ///
  /// - Throws: ``VmemmapError/system(attempt:errno:)``.
  public func aliasingProof() throws(VmemmapError) -> AliasingProof {
    let frames = try physicalFrames(vmemmapPages: 0..<vmemmapPageCount)
    return AliasingProof(
      allocatedBytes: try allocatedBytes(), fullBytes: templateAreaOffset,
      vmemmapPages: vmemmapPageCount, distinctFrames: frames.map { Set($0).count })
  }

  /// The physical page frames behind vmemmap pages of the map, in order: the first one of each.
  ///
  /// - Precondition: the vmemmap pages are of this map.
  /// - Returns: nil where the process may not see them, or one of them is not in memory.
  /// - Throws: ``VmemmapError/system(attempt:errno:)``.
  public func physicalFrames(
    vmemmapPages: Range<Int>
  ) throws(VmemmapError) -> [UInt64]? {
    let (start, length) = try readFault(vmemmapPages: vmemmapPages)
    let descriptor = unsafe open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // There is an entry for each page of this machine, of which several can make a vmemmap page.
    var entries = [UInt64](repeating: 0, count: length / SystemMemory.pageSize)
    let wanted = entries.count * 8
    let position = Int(start) / SystemMemory.pageSize * 8
    let count = unsafe entries.withUnsafeMutableBytes {
      unsafe pread(descriptor, $0.baseAddress, wanted, position)
    }
    guard count == wanted else { return nil }
    // Bits 0 to 54 are the frame, 0 for those who may not see it; they are another thing where bit
    // 63, present, is clear.
    let frames = entries.map { $0 & (1 << 55 - 1) }
    guard !frames.contains(0) && entries.allSatisfy({ $0 >> 63 == 1 }) else { return nil }
    return stride(from: 0, to: frames.count, by: geometry.basePageSize / SystemMemory.pageSize)
      .map { frames[$0] }
  }
  /// Reads vmemmap pages, so that the kernel knows where each of them is; of a page that was not
  /// touched since it was mapped it says nothing.
  ///
  /// - Returns: the address of the first one, and the length of all in bytes.
  func readFault(
    vmemmapPages: Range<Int>
  ) throws(VmemmapError) -> (start: UInt, length: Int) {
    precondition(
      vmemmapPages.lowerBound >= 0 && vmemmapPages.upperBound <= vmemmapPageCount,
      "vmemmap pages \(vmemmapPages) are not all of this map")
    let start = base + UInt(vmemmapPages.lowerBound * geometry.basePageSize)
    let length = vmemmapPages.count * geometry.basePageSize
    try SystemCall.advise(start, length: length, Advice.populateRead, "read-fault struct pages")
    return (start, length)
  }
}
