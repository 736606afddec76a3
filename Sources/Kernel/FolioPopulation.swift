public import Host
import SystemPackage

/// How much of this machine's memory is in folios of each order, by `/proc/kpageflags`.
///
/// Pages of processes and of the page cache: on LRU lists, mapped, anonymous, or of HugeTLB. Free pages, slab
/// and page tables are left out. A huge page of 1 GiB under HVO before 7.1 looks like 512 of 2 MiB and counts
/// as these.
public struct FolioPopulation: Equatable, Sendable {
  /// Base pages by the order of their folio.
  public private(set) var pages: [Int: Int] = [:]

  public var total: Int { pages.values.reduce(0, +) }

  /// - Throws: ``SystemTreeError/unreadable(path:errno:remedy:)`` for others than root, and where the kernel
  ///   has no such file.
  ///
  /// Costs three system calls, to open, read and close, for each 256 MiB of memory. The kernel goes on
  /// meanwhile: a folio that comes or goes may be seen as a smaller one.
  public static func read(_ tree: SystemTree) throws(SystemTreeError) -> FolioPopulation {
    var population = FolioPopulation()
    var counter = Counter()
    var frame = 0
    while true {
      let flags = try tree.words(
        "proc/kpageflags", from: frame, count: chunk,
        remedy: "root may read it, where a kernel has CONFIG_PROC_PAGE_MONITOR")
      for flags in flags { counter.add(Flags(rawValue: flags), &population) }
      frame += flags.count
      if flags.count < chunk { break }
    }
    counter.end(&population)
    return population
  }

  private static let chunk = 1 << 16

  /// A folio of which some pages were seen.
  private struct Counter {
    private var pages = 0
    private var isHuge = false

    mutating func add(_ flags: Flags, _ population: inout FolioPopulation) {
      // Where HVO is on before 7.1, fake heads show as heads: at the places of 2 MiB, in a larger page, as
      // those of pages beside each other do.
      let goesOn =
        pages > 0
        && (flags.contains(.tail) || isHuge && flags.contains(.huge) && pages % hugePage != 0)
      if goesOn {
        pages += 1
        return
      }
      end(&population)
      guard !flags.isDisjoint(with: .used), !flags.contains(.tail) else { return }
      pages = 1
      isHuge = flags.contains(.huge)
    }

    mutating func end(_ population: inout FolioPopulation) {
      // One that was torn counts as the largest that it can have been.
      while pages > 0 {
        let order = Int.bitWidth - 1 - pages.leadingZeroBitCount
        population.pages[order, default: 0] += 1 << order
        pages -= 1 << order
      }
    }

    /// The base pages of a huge page of 2 MiB; of larger ones the tails beyond follow as tails where no
    /// fake head stands for them.
    private let hugePage = 512
  }

  /// `KPF_*` of `include/uapi/linux/kernel-page-flags.h`.
  private struct Flags: OptionSet {
    let rawValue: UInt64
    static let lru = Flags(rawValue: 1 << 5)
    static let mapped = Flags(rawValue: 1 << 11)
    static let anonymous = Flags(rawValue: 1 << 12)
    static let tail = Flags(rawValue: 1 << 16)
    static let huge = Flags(rawValue: 1 << 17)
    static let used: Flags = [.lru, .mapped, .anonymous, .huge]
  }
}
