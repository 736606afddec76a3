public import Host
import SystemPackage

/// The kernel's huge pages of one size.
public struct HugePagePool: Equatable, Sendable {
  /// Of one huge page.
  public let bytes: Int
  /// All of the pool, those in use and those beyond its configured number (surplus) too.
  public let total: Int
  public let free: Int
  /// Of the free ones, those promised to mappings.
  public let reserved: Int
  /// Beyond the configured number, to be given back when they become free.
  public let surplus: Int

  /// The pools of all sizes that the machine has, the smallest first.
  ///
  /// - Throws: ``SystemTreeError/unreadable(path:errno:remedy:)`` where the kernel has no huge pages,
  ///   ``SystemTreeError/unexpected(path:found:expected:)``.
  public static func all(_ tree: SystemTree) throws(SystemTreeError) -> [HugePagePool] {
    let directory: FilePath = "sys/kernel/mm/hugepages"
    let names = try tree.names(
      in: directory, remedy: "a kernel built with CONFIG_HUGETLBFS has huge pages")
    var pools: [HugePagePool] = []
    for name in names {
      // "hugepages-2048kB"
      guard name.hasPrefix("hugepages-"), name.hasSuffix("kB"),
        let kibibytes = Int(name.dropFirst(10).dropLast(2))
      else { continue }
      let pool = directory.appending(name)
      pools.append(
        HugePagePool(
          bytes: kibibytes << 10,
          total: try tree.integer(pool.appending("nr_hugepages")),
          free: try tree.integer(pool.appending("free_hugepages")),
          reserved: try tree.integer(pool.appending("resv_hugepages")),
          surplus: try tree.integer(pool.appending("surplus_hugepages"))))
    }
    return pools.sorted { $0.bytes < $1.bytes }
  }
}
