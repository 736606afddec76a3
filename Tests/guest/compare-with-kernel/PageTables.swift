/// The running kernel's own page tables, of four levels.
struct PageTables {
  /// What the tables say of one page of kernel addresses.
  struct Entry {
    /// The physical page frame, in base pages.
    let frame: UInt
    let isWritable: Bool
  }

  private let memory: KernelMemory
  /// The address of `init_top_pgt`, the tables that all processes' kernel halves are copies of.
  private let top: UInt

  init(_ memory: KernelMemory) throws(ComparisonError) {
    self.memory = memory
    top = try KernelMemory.address(of: "init_top_pgt")
  }

  private static let present: UInt64 = 1 << 0
  private static let writable: UInt64 = 1 << 1
  /// Above the lowest level: a large page, not a table.
  private static let large: UInt64 = 1 << 7
  /// Where the physical address is in an entry.
  private static let addressBits: UInt64 = 0x000f_ffff_ffff_f000

  func entry(of address: UInt) throws(ComparisonError) -> Entry {
    var isWritable = true
    var table: UInt?
    for shift in [39, 30, 21, 12] as [UInt] {
      let offset = (address >> shift & 511) * 8
      let entry =
        if let table {
          try memory.word(atPhysical: table + offset)
        } else {
          try memory.word(at: top + offset)
        }
      guard entry & PageTables.present != 0 else { throw .notMapped(address: address) }
      isWritable = isWritable && entry & PageTables.writable != 0
      let target = UInt(entry & PageTables.addressBits)
      if shift == 12 || entry & PageTables.large != 0 {
        // A large page's lowest address bits are other flags.
        let within = 1 << shift - 1 as UInt
        return Entry(frame: (target & ~within | address & within) >> 12, isWritable: isWritable)
      }
      table = target
    }
    throw .notMapped(address: address)
  }
}
