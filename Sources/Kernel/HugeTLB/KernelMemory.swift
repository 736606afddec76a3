import Glibc
public import Host

/// What the kernel says of its own memory.
public enum KernelMemory {
  /// In bytes.
  static var basePageSize: Int { sysconf(Int32(_SC_PAGESIZE)) }

  /// The pages that hold struct pages, those made at boot and those made since; HVO makes them fewer.
  ///
  /// - Throws: ``SystemTreeError/unreadable(path:errno:remedy:)``, and
  ///   ``SystemTreeError/unexpected(path:found:expected:)`` up to Linux 6.10, which does not tell.
  public static func memoryMapPages(_ tree: SystemTree) throws(SystemTreeError) -> Int {
    let numbers = try tree.numbers("proc/vmstat")
    guard let boot = numbers["nr_memmap_boot_pages"], let later = numbers["nr_memmap_pages"] else {
      throw .unexpected(
        path: tree.path("proc/vmstat"), found: "no nr_memmap_pages",
        expected: "what Linux 6.11 and later have")
    }
    return boot + later
  }

  /// How much of the kernel's direct map, the vmemmap not counted, is mapped by pages of a size.
  public struct DirectMap: Equatable, Sendable {
    /// As the kernel writes it: "4k", "2M", "1G".
    public let pageSize: String
    public let bytes: Int
  }

  /// By page size, the smallest first; empty on architectures that do not tell.
  ///
  /// - Throws: ``SystemTreeError/unreadable(path:errno:remedy:)``.
  public static func directMap(_ tree: SystemTree) throws(SystemTreeError) -> [DirectMap] {
    let numbers = try tree.numbers("proc/meminfo")
    return ["4k", "2M", "4M", "1G"].compactMap { size in
      numbers["DirectMap\(size)"].map { DirectMap(pageSize: size, bytes: $0 << 10) }
    }
  }
}
