import Glibc

/// Why the kernel can't be looked at.
enum ComparisonError: Error, CustomStringConvertible {
  case unreadable(String, errno: Int32)
  case noSymbol(String)
  case notInCore(address: UInt)
  case notMapped(address: UInt)
  case noHugePage(order: Int, node: Int, errno: Int32)
  case noDevice(found: [String])
  case foreignStructPage(size: Int, word: String?)
  case noNode(node: Int, flags: UInt64)

  var description: String {
    switch self {
    case .unreadable(let what, let errno):
      "can't read \(what): \(unsafe String(cString: strerror(errno))); it takes root"
    case .noSymbol(let symbol):
      "/proc/kallsyms shows no address of \(symbol); it takes root, or another kernel.kptr_restrict"
    case .notInCore(let address):
      "/proc/kcore has nothing at 0x\(String(address, radix: 16))"
    case .notMapped(let address):
      "the kernel's page tables have nothing for 0x\(String(address, radix: 16)); with five levels of "
        + "them, boot with no5lvl"
    case .noHugePage(let order, let node, let errno):
      "no huge page of \(4 << order) kB on node \(node): \(unsafe String(cString: strerror(errno))); "
        + "reserve one: echo 1 > /sys/devices/system/node/node\(node)/hugepages/"
        + "hugepages-\(4 << order)kB/nr_hugepages"
    case .noDevice(let found):
      "not one DAX device with huge pages, but \(found): make one of a namespace in mode devdax"
    case .noNode(let node, let flags):
      "the last page frame's flags, 0x\(String(flags, radix: 16)), do not say node \(node): boot with "
        + "two nodes or more"
    case .foreignStructPage(let size, let word):
      "struct pages of \(size) bytes with \(word ?? "neither compound_head nor compound_info") are not "
        + "modelled here"
    }
  }
}
