import Glibc
import Vmemmap

/// Mappings up to `vm.max_map_count`. For processes of their own: others could not map any more.
struct UsedUpMappings {
  /// Whether the limit is low enough to be reached quickly.
  static let isPossible = (MappingLimit.current ?? .max) < 1 << 18

  private let address: UInt
  private let length: Int
  private var pages: [UInt] = []

  init() {
    let count = 2 * MappingLimit.current!
    length = count * 4096
    address = UInt(
      bitPattern: unsafe mmap(
        nil, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))
    pages.reserveCapacity(count)
    // Each page that differs from its neighbours is a mapping, and splits one.
    var page = address + 4096
    while page < address + UInt(length), protect(page, PROT_READ) {
      pages.append(page)
      page += 8192
    }
  }

  /// Makes room for twice as many mappings.
  mutating func giveBack(_ count: Int) {
    for page in pages.suffix(count) { precondition(protect(page, PROT_NONE)) }
    pages.removeLast(count)
  }

  func release() {
    _ = unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), length)
  }

  private func protect(_ page: UInt, _ protection: Int32) -> Bool {
    unsafe mprotect(UnsafeMutableRawPointer(bitPattern: page), 4096, protection) == 0
  }
}
