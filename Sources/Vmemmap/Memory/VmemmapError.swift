import SystemErrors
public import SystemPackage

/// Why a memory map could not be made or changed.
public enum VmemmapError: Error, Equatable {
  /// A system call failed; `attempt` says what was tried, with its values.
  case system(attempt: String, errno: Errno)
  /// A call about NUMA nodes failed, as it does where the process may not use all of them.
  case numa(attempt: String, errno: Errno)
  /// The struct page of pfn 0 is not where the format needs it.
  case misaligned(base: UInt, format: String, alignment: Int)
  /// More mappings than `vm.max_map_count` allows the process.
  case tooManyMappings(needed: Int, inUse: Int, limit: Int)
  /// The order can't be modelled, or not be optimised.
  case orderOutOfRange(order: Int, range: ClosedRange<Int>)
  /// A page frame that the memory map does not have.
  case pageOutOfRange(pfn: PageFrameNumber, pageCount: Int)
  /// A tail, or a fake head, where a head is needed.
  case notAHead(pfn: PageFrameNumber)
  /// HVO asked of a format that has none.
  case noOptimization(format: String, structPageSize: Int)
  /// A section whose struct pages do not fill vmemmap pages.
  case partialVmemmapPage(sectionPages: Int, multiple: Int)
  /// A base page size that no kernel has, or that pages of this machine do not fill.
  case basePageSize(Int, machine: Int)
  /// More pairs of zone and order under HVO than a memory map has room for.
  case tooManyTemplates(limit: Int)
  /// A node that this machine does not have, or that has no memory.
  case noSuchNode(node: Int, nodes: [Int])
  /// A node whose number the flags of a struct page have no room for.
  case nodeBeyondFlags(node: Int)
  /// A grace period was asked for, but liburcu was not there when this was built.
  case builtWithoutLiburcu
  /// Page frames that are no whole compound pages of the order.
  case notWholeCompoundPages(pfns: Range<PageFrameNumber>, order: Int)
  /// Page frames whose struct pages are populated already, or were asked for twice.
  case alreadyPopulated(pfns: Range<PageFrameNumber>)
  /// Page frames that are not in one section of ``Zone/device``.
  case notDeviceMemory(pfns: Range<PageFrameNumber>)
  /// Device memory where a HugeTLB page is needed.
  case deviceMemory(pfn: PageFrameNumber)
  /// A folio that somebody refers to, or that is frozen, where it has to be ours alone.
  case folioInUse(pfn: PageFrameNumber, referenceCount: Int32)
  /// A folio became smaller ones, not all of which could be optimised; all of them can be used.
  indirect case demotedButNotOptimized(
    pfn: PageFrameNumber, order: Int, optimized: Int, folios: Int, reason: VmemmapError)
}

extension VmemmapError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let attempt, let errno):
      "\(attempt): \(errno.description)" + VmemmapError.advice(errno)
    case .numa(let attempt, let errno):
      "\(attempt): \(errno.description)" + VmemmapError.numaAdvice(errno)
    case .misaligned(let base, let format, let alignment):
      "a memory map at 0x\(String(base, radix: 16)) is not aligned to \(alignment) bytes: the "
        + "\(format) format would find wrong heads; align it, or use the pointer format"
    case .tooManyMappings(let needed, let inUse, let limit):
      "\(needed) mappings are needed besides the \(inUse) in use, but vm.max_map_count is \(limit); "
        + "ask for fewer huge pages, or raise it: sysctl -w vm.max_map_count=\(needed + inUse + 4096)"
    case .orderOutOfRange(let order, let range):
      "order \(order) is out of range: \(range.lowerBound) to \(range.upperBound)"
    case .pageOutOfRange(let pfn, let pageCount):
      "pfn \(pfn) is outside of the memory map's pages, 0..<\(pageCount)"
    case .notAHead(let pfn):
      "pfn \(pfn) is a tail; name the compound page by its head"
    case .noOptimization(let format, let size):
      "the \(format) format has no HVO: "
        + (size.nonzeroBitCount == 1
          ? "its tails share no page of struct pages"
          : "struct pages of \(size) bytes, not a power of two, do not fill vmemmap pages alike")
    case .partialVmemmapPage(let pages, let multiple):
      "a section of \(pages) pages does not fill vmemmap pages; take a positive multiple of \(multiple)"
    case .basePageSize(let size, let machine):
      "base pages of \(size) bytes can't be modelled on a machine with pages of \(machine) bytes; take "
        + PageGeometry.basePageSizes.filter { $0 % machine == 0 }.map(String.init)
        .joined(separator: ", ")
    case .tooManyTemplates(let limit):
      "more than \(limit) pairs of zone and order need a template; split the memory into several maps"
    case .noSuchNode(let node, let nodes):
      "node \(node) has no memory on this machine; nodes with memory: "
        + nodes.map(String.init).joined(separator: ", ")
    case .nodeBeyondFlags(let node):
      "node \(node) can't be modelled: page flags have room for nodes 0 to \(PageFlags.maximumNodes - 1); "
        + "name one of these"
    case .builtWithoutLiburcu:
      "grace periods are liburcu's, which this was built without: scripts/setup "
        + "installs it, and then build again"
    case .notWholeCompoundPages(let pfns, let order):
      "pfns \(pfns) are not whole compound pages of order \(order); begin and end at multiples of "
        + "\(1 << order)"
    case .alreadyPopulated(let pfns):
      "some of pfns \(pfns) are populated or asked for already; name each page once"
    case .notDeviceMemory(let pfns):
      "pfns \(pfns) are not all in one section of zone device; make such a section, or populate them "
        + "as other memory"
    case .deviceMemory(let pfn):
      "pfn \(pfn) is device memory, which shares its tails already; name a HugeTLB page"
    case .folioInUse(let pfn, let count):
      "the folio at pfn \(pfn) has a reference count of \(count), not 1; wait until nobody else "
        + "refers to it"
    case .demotedButNotOptimized(let pfn, let order, let optimized, let folios, let reason):
      "pfn \(pfn) is now \(folios) folios of order \(order), but only \(optimized) of them are "
        + "optimised: \(reason); the others have all their struct pages, optimise them later"
    }
  }
}

extension VmemmapError {
  /// What helps where a call about memory fails.
  private static func advice(_ errno: Errno) -> String {
    switch errno {
    // Memory files lie on no disk.
    case .noSpace: "; \(Errno.noMemory.wayOut ?? "")"
    case .invalidArgument:
      "; the kernel is older than 5.14, or a cpuset or container lacks what was named"
    default:
      "; "
        + (errno.wayOut
          ?? "a security policy may forbid it (seccomp, SELinux): 'strace -f' shows what is refused")
    }
  }

  /// What most likely stands behind the failure of a call about nodes, and what helps.
  private static func numaAdvice(_ errno: Errno) -> String {
    switch errno {
    case .notPermitted:
      "; a container may forbid it: run it with CAP_SYS_NICE (docker run --cap-add SYS_NICE)"
    case .invalidArgument:
      "; the process's cpuset may lack the node: Mems_allowed_list in /proc/self/status says which "
        + "it has; run it in a cpuset with the node, or name another node"
    case .noFunction:
      "; this kernel has no NUMA policies (CONFIG_NUMA); leave out what binds to nodes"
    default: advice(errno)
    }
  }
}
