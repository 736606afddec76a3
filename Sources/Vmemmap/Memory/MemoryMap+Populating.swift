import Glibc

extension MemoryMap {
  /// MADV_POPULATE_READ, MADV_POPULATE_WRITE and MADV_COLLAPSE, which came to Glibc at different
  /// times.
  enum Advice {
    static let populateRead: Int32 = 22
    static let populateWrite: Int32 = 23
    static let collapse: Int32 = 25
  }

  static func populate(
    _ address: UInt, length: Int, huge: Bool
  ) throws(VmemmapError) -> MappingSize {
    if huge && collapse(address, length: length) { return .huge }
    refuseHugePages(address, length: length)
    try populateBasePages(address, length: length)
    return .base
  }

  /// Where shmem gives huge pages unasked, the map must not have them either. A kernel without huge
  /// pages refuses the advice and needs none.
  static func refuseHugePages(_ address: UInt, length: Int) {
    _ = try? SystemCall.advise(address, length: length, MADV_NOHUGEPAGE, "do without huge pages")
  }

  static func populateBasePages(_ address: UInt, length: Int) throws(VmemmapError) {
    try SystemCall.advise(
      address, length: length, Advice.populateWrite,
      "populate \(length) bytes of struct pages (is there that much memory?)")
  }

  /// Asks for huge pages without changing the machine's settings for them.
  ///
  /// MADV_COLLAPSE works where shmem's huge pages are set to never, but not on a huge page's range
  /// of which nothing is there.
  private static func collapse(_ address: UInt, length: Int) -> Bool {
    for page in stride(from: address, to: address + UInt(length), by: hugePageSize) {
      Page(address: page).flags = []
    }
    do throws(VmemmapError) {
      try SystemCall.advise(address, length: length, Advice.collapse, "collapse into huge pages")
      return true
    } catch {
      return false
    }
  }
}
