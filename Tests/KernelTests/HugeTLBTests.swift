import Foundation
import Host
import TestSupport
import Testing

@testable import Kernel

@Suite("Huge pages and HVO of a kernel")
struct HugeTLBTests {
  private let setting = "proc/sys/vm/hugetlb_optimize_vmemmap"
  private let pool = "sys/kernel/mm/hugepages/hugepages-2048kB"

  private func poolFiles(_ directory: String, total: Int, surplus: Int = 0) -> [String: String] {
    [
      "\(directory)/nr_hugepages": "\(total)\n", "\(directory)/free_hugepages": "3\n",
      "\(directory)/resv_hugepages": "2\n", "\(directory)/surplus_hugepages": "\(surplus)\n",
    ]
  }

  // MARK: - What is there

  @Test("Pools of every size are read, the smallest first")
  func pools() throws {
    let files = poolFiles("sys/kernel/mm/hugepages/hugepages-1048576kB", total: 0)
    let prepared = try PreparedTree(files.merging(poolFiles(pool, total: 7, surplus: 1)) { $1 })
    let pools = try HugePagePool.all(prepared.tree)
    #expect(pools.map(\.bytes) == [2 << 20, 1 << 30])
    #expect(
      pools[0] == HugePagePool(bytes: 2 << 20, total: 7, free: 3, reserved: 2, surplus: 1))
  }

  @Test("A pool with no number in it is refused with what stands there")
  func noNumber() throws {
    let prepared = try PreparedTree(poolFiles(pool, total: 7))
    try prepared.write(Data("many\n".utf8), to: "\(pool)/nr_hugepages")
    #expect(
      throws: SystemTreeError.unexpected(
        path: prepared.path("\(pool)/nr_hugepages"), found: "many", expected: "a number")
    ) { try HugePagePool.all(prepared.tree) }
  }

  @Test("The direct map and the pages of struct pages are read")
  func memory() throws {
    let prepared = try PreparedTree([
      "proc/meminfo": "MemTotal:  8 kB\nDirectMap4k:  30720 kB\nDirectMap2M:  2048 kB\n",
      "proc/vmstat": "nr_free_pages 1\nnr_memmap_pages 4\nnr_memmap_boot_pages 98272\n",
    ])
    #expect(
      try KernelMemory.directMap(prepared.tree) == [
        KernelMemory.DirectMap(pageSize: "4k", bytes: 30720 << 10),
        KernelMemory.DirectMap(pageSize: "2M", bytes: 2 << 20),
      ])
    #expect(try KernelMemory.memoryMapPages(prepared.tree) == 98276)
    try prepared.write(Data("nr_free_pages 1\n".utf8), to: "proc/vmstat")
    #expect(throws: SystemTreeError.self) { try KernelMemory.memoryMapPages(prepared.tree) }
  }

  // MARK: - Whether HVO is there

  @Test("The kernel's configuration tells, compressed or not, by the option's old name too")
  func configuration() throws {
    let prepared = try PreparedTree(["proc/sys/kernel/osrelease": "6.1.0\n"])
    for (line, isYes) in [
      ("CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP=y", true),
      ("CONFIG_HUGETLB_PAGE_FREE_VMEMMAP=y", true),
      ("# CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP is not set", false),
      ("CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP_DEFAULT_ON=y", false),
    ] {
      try prepared.write(Data("CONFIG_A=y\n\(line)\n".utf8), to: "boot/config-6.1.0")
      let answer = try OptimizationState.current(prepared.tree).isCompiledIn.get()
      #expect(answer.isYes == isYes, "\(line)")
      #expect(answer.evidence.hasSuffix(" in \(prepared.path("boot/config-6.1.0"))"))
    }
    // The compressed one is looked at first.
    let gzip = Process()
    gzip.executableURL = URL(filePath: "/usr/bin/env")
    gzip.arguments = ["gzip", prepared.url.appending(path: "proc/config").path]
    try prepared.write(Data("CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP=y\n".utf8), to: "proc/config")
    try gzip.run()
    gzip.waitUntilExit()
    #expect(
      try OptimizationState.current(prepared.tree).isCompiledIn.get()
        == OptimizationState.Answer(
          isYes: true,
          evidence: "CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP=y in \(prepared.path("proc/config.gz"))"))
    // One that is damaged does not hide the other.
    try prepared.write(Data("no gzip".utf8), to: "proc/config.gz")
    #expect(try !OptimizationState.current(prepared.tree).isCompiledIn.get().isYes)
  }

  @Test("Without a configuration the setting tells, or else the kernel's functions")
  func fallbacks() throws {
    let prepared = try PreparedTree(["proc/kallsyms": "0 T __pfx_start\n0 T start\t[module]\n"])
    #expect(try !OptimizationState.current(prepared.tree).isCompiledIn.get().isYes)
    try prepared.write(
      Data("0 T start\n0 t hugetlb_vmemmap_optimize_folio\n".utf8), to: "proc/kallsyms")
    #expect(try OptimizationState.current(prepared.tree).isCompiledIn.get().isYes)
    try prepared.write(Data("0 T start\n".utf8), to: "proc/kallsyms")
    try prepared.write(Data("0\n".utf8), to: setting)
    #expect(
      try OptimizationState.current(prepared.tree).isCompiledIn.get()
        == OptimizationState.Answer(
          isYes: true, evidence: "\(prepared.path(setting)) is there"))
  }

  @Test("The setting and the command line are read; what is missing says so")
  func settings() throws {
    let prepared = try PreparedTree([
      setting: "1\n", "proc/cmdline": "quiet hugetlb_free_vmemmap=on root=/dev/vda\n",
    ])
    let state = OptimizationState.current(prepared.tree)
    #expect(try state.isEnabled.get())
    #expect(try state.bootParameters.get() == ["hugetlb_free_vmemmap=on"])
    let empty = OptimizationState.current(try PreparedTree().tree)
    #expect(throws: SystemTreeError.self) { try empty.isCompiledIn.get() }
    #expect(throws: SystemTreeError.self) { try empty.isEnabled.get() }
    #expect(throws: SystemTreeError.self) { try empty.bootParameters.get() }
  }

  // MARK: - /proc/kpageflags

  @Test("A kernel of before 7.1 shows the 7 fake heads of an optimised huge page as heads")
  func fakeHeads() throws {
    let prepared = try PreparedTree()
    try prepared.write(.optimized, to: "proc/kpageflags")
    let pages = try SubPages.read(frame: 0, count: 512, prepared.tree)
    #expect(pages.heads == [0, 64, 128, 192, 256, 320, 384, 448])
    #expect(pages.tails == 504 && pages.huge == 512)
  }

  @Test("Of a huge page that is not optimised the first page alone is a head")
  func oneHead() throws {
    let prepared = try PreparedTree()
    // Behind 512 page frames of something else.
    try prepared.write(
      Data(count: 4096) + Reference.notOptimized.data, to: "proc/kpageflags")
    let pages = try SubPages.read(frame: 512, count: 512, prepared.tree)
    #expect(pages == SubPages(count: 512, heads: [0], tails: 511, huge: 512))
    #expect(
      throws: SystemTreeError.unexpected(
        path: prepared.path("proc/kpageflags"), found: "511 page frames from 513 on",
        expected: "the 512 of a huge page")
    ) { try SubPages.read(frame: 513, count: 512, prepared.tree) }
  }

  @Test("A page frame is read from its page's entry, and one that is hidden or absent is none")
  func frames() throws {
    let prepared = try PreparedTree()
    let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
    for (entry, frame) in [
      (1 << 63 | 1 << 55 | 0x3ab800, 0x3ab800), (1 << 63, nil), (0x3ab800, nil), (0, nil),
    ] as [(UInt64, Int?)] {
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: entry >> ($0 * 8)) }
      try prepared.write(Data(count: 24) + bytes, to: "proc/self/pagemap")
      if let frame {
        #expect(try prepared.tree.frame(behind: 3 * page + 5) == frame)
      } else {
        #expect(
          throws: KernelError.hiddenFrame(path: prepared.path("proc/self/pagemap"))
        ) { try prepared.tree.frame(behind: 3 * page) }
      }
      #expect(throws: KernelError.self) { try prepared.tree.frame(behind: 4 * page) }
    }
  }
}
