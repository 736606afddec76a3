import Glibc
import Testing
import Vmemmap

/// Kernels that build huge pages optimised at boot, and what each does.
private let kernels = [(6, 15), (7, 0), (7, 1), (7, 2), (7, 3), (7, 4)].map {
  KernelVersion($0, $1)
}

@Suite("Huge pages at boot, by kernel")
struct BootTimeKernelTests {
  @Test(
    "Of 1 GiB's 4095 vmemmap pages of shared tails 63 are read-only up to 7.1, all since 7.2",
    arguments: kernels)
  func seen(kernel: KernelVersion) throws {
    let expected = kernel.major == 7 && kernel.minor >= 2 ? 4095 : 63
    #expect(kernel.writeProtectedVmemmapPages(ofBootTimeOrder: 18) == expected)
    let map = try ModelledMemory(order: 18, folios: 1).bootMap(of: kernel)
    let writable = (0..<4096).filter { map.isWritable(vmemmapPage: $0) }
    #expect(writable == [0] + (1 + expected..<4096))
  }

  @Test(
    "What is read-only ends after as many bytes as the page has base pages, up to 7.1",
    arguments: kernels, [(4096, 7...14), (16 << 10, 9...16), (64 << 10, 11...18)])
  func writeProtection(
    kernel: KernelVersion, sizes: (basePage: Int, orders: ClosedRange<Int>)
  ) throws {
    for order in sizes.orders {
      let memory = ModelledMemory(order: order, folios: 2)
      var map = try memory.bootMap(of: kernel, basePageSize: sizes.basePage)
      let end = kernel < KernelVersion(7, 2) ? 1 << order : 64 << order
      let perFolio = (64 << order) / sizes.basePage
      for page in 0..<2 * perFolio {
        let address = page % perFolio * sizes.basePage
        let isProtected = address >= sizes.basePage && address < end
        #expect(
          map.isWritable(vmemmapPage: page, sizes.basePage) == !isProtected,
          "order \(order), vmemmap page \(page)")
      }
      // Optimised again, when the kernel runs, all are protected.
      try map.restore(folios: memory.heads)
      try map.optimize(folios: memory.heads)
      for page in 0..<2 * perFolio {
        #expect(
          map.isWritable(vmemmapPage: page, sizes.basePage) == page.isMultiple(of: perFolio))
      }
    }
  }

  @Test(
    "One page that memmap_init() wrote leaves a count of 1 in its zone's template, in the new layout",
    arguments: kernels, optimizableSmallOrders)
  func templateCounts(kernel: KernelVersion, order: Int) throws {
    let memory = ModelledMemory(order: order, foliosPerSection: 2)
    for (written, section) in memory.ranges.enumerated() {
      let map = try memory.bootMap(of: kernel) { $0 == section.pfns.lowerBound }
      var usual = try memory.map(kernel.tailFormat)
      try usual.optimize(folios: memory.heads)
      #expect(map.templateCount == usual.templateCount)
      let (now, expected) = (map.relativePages, usual.relativePages)
      for (number, range) in memory.ranges.enumerated() {
        for pfn in range.pfns {
          let isLeft =
            kernel >= KernelVersion(7, 1) && number == written && pfn % (1 << order) >= 64
          try #require(now[pfn].refcount == expected[pfn].refcount + (isLeft ? 1 : 0), "pfn \(pfn)")
          try #require(
            now[pfn].lastCPUPID == (isLeft ? 0x1f_ffff : expected[pfn].lastCPUPID), "pfn \(pfn)")
          try #require(
            now[pfn].withoutCountAndLastCPUPID == expected[pfn].withoutCountAndLastCPUPID,
            "pfn \(pfn)")
        }
      }
      for encoding in encodings(rightIn: .on) where encoding.format == kernel.tailFormat {
        try memory.expectRightAnswers(of: encoding, in: map, .on)
      }
    }
  }

  @Test("Later folios of the zone and order show that count, others and restored ones do not")
  func laterFolios() throws {
    // Two huge pages of boot, of which one is written, beside memory that is ordinary at first.
    let memory = ModelledMemory(
      order: 9,
      sections: [MemorySection(pages: 2048), MemorySection(zone: .movable, pages: 1024)])
    var sparse = try SparseMemoryMap(kernel: KernelVersion(7, 2), sections: memory.sections)
    let boot = [
      HugeBootmemPage(pfn: 0, order: 9, isWrittenByMemmapInit: true),
      HugeBootmemPage(pfn: 2048, order: 9),
    ]
    #expect(try sparse.populateHVO(boot).isEmpty)
    var map = try sparse.populateBasePages()
    func counts(_ pfns: Range<Int>) -> Set<Int32> { Set(map.rawPages(pfns).map(\.refcount)) }
    #expect(counts(64..<512) == [1] && counts(1..<64) == [0] && counts(2048 + 64..<2560) == [0])
    try map.restore(folios: [0, 2048])
    #expect(counts(1..<512) == [0])
    try map.initialize(order: 9)
    try map.optimize(folios: memory.heads)
    for head in memory.heads {
      #expect(counts(head + 64..<head + 512) == [head < 2048 ? 1 : 0], "pfn \(head)")
      #expect(counts(head + 1..<head + 64) == [0])
    }
    try map.restore(folios: memory.heads)
    try map.initialize(order: 10)
    try map.optimize(folios: [0])
    #expect(counts(64..<1024) == [0])
  }
}

// MARK: - A speculative reference

extension BootTimeKernelTests {
  private typealias Form = PlainForm<MaskEncoding>

  /// An order of which up to 7.1 one of 127 vmemmap pages of shared tails is read-only.
  private static let memory = ModelledMemory(order: 13, folios: 1)

  @Test("Where the template's count is 0 no tail gives a reference, and no store is attempted")
  func countOfZero() throws {
    for kernel in [KernelVersion(7, 1), KernelVersion(7, 2)] {
      let map = try Self.memory.bootMap(of: kernel)
      let before = map.rawPages
      for pfn in 1..<map.pageCount { unsafe #expect(!Form.getPageUnlessZero(map[pfn])) }
      #expect(map.firstChange(from: before) == nil)
    }
  }

  @Test(
    "Where it is 1 a tail that is left writable gives a reference, which all that share it show",
    arguments: [0, 1, 63])
  func countOfOne(entry: Int) throws {
    let map = try Self.memory.bootMap(of: KernelVersion(7, 1)) { _ in true }
    for vmemmapPage in [2, 65, 127] {
      let page = unsafe map[64 * vmemmapPage + entry]
      #expect(Form.getPageUnlessZero(page))
      for pfn in 64..<map.pageCount {
        let expected: Int32 = pfn % 64 == entry ? 2 : 1
        try #require(map.rawPage(pfn).refcount == expected, "pfn \(pfn)")
      }
      #expect(page.dropReferences(1) == 1)
    }
    #expect(Set(map.rawPages(1..<64).map(\.refcount)) == [0])
  }

  @Test("Where it is 1 and the vmemmap page is read-only, it ends the process with SIGSEGV")
  func fault() async {
    // The first and last that 7.1 protects, and a last one of 7.2.
    let first = await #expect(
      processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
    ) { try BootTimeKernelTests.takeReference(on: 64, in: KernelVersion(7, 1)) }
    let last = await #expect(
      processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
    ) { try BootTimeKernelTests.takeReference(on: 127, in: KernelVersion(7, 1)) }
    let newer = await #expect(
      processExitsWith: .signal(SIGSEGV), observing: [\.standardOutputContent]
    ) { try BootTimeKernelTests.takeReference(on: 8191, in: KernelVersion(7, 2)) }
    for result in [first, last, newer] {
      let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
      #expect(output.contains("takes a reference now"))
    }
  }

  private static func takeReference(on pfn: Int, in kernel: KernelVersion) throws {
    let map = try memory.bootMap(of: kernel) { _ in true }
    print("takes a reference now")
    fflush(nil)
    _ = unsafe Form.getPageUnlessZero(map[pfn])
  }
}

// MARK: - Pages that span zones

extension BootTimeKernelTests {
  @Test("A page that spans zones becomes free base pages of their own zones", arguments: kernels)
  func spanning(kernel: KernelVersion) throws {
    let memory = ModelledMemory(
      order: 0,
      sections: [MemorySection(zone: .dma32, pages: 640), MemorySection(zone: .normal, pages: 896)])
    var sparse = try SparseMemoryMap(kernel: kernel, sections: memory.sections)
    let left = try sparse.populateHVO(
      [0, 512, 1024].map { HugeBootmemPage(pfn: $0, order: 9) })
    #expect(left.map(\.page.pfn) == [512])
    let map = try sparse.populateBasePages()
    #expect(map.optimizedFolios == [0, 1024])
    let free = map.relativePages(512..<1024)
    let inUse = try memory.map(kernel.tailFormat).relativePages(512..<1024)
    #expect(free.allSatisfy { $0.refcount == 0 } && inUse.allSatisfy { $0.refcount == 1 })
    #expect(
      free.map(\.withoutCountAndLastCPUPID) == inUse.map(\.withoutCountAndLastCPUPID))
    for encoding in encodings(rightIn: .on) where encoding.format == kernel.tailFormat {
      try memory.expectRightAnswers(of: encoding, in: map, .on) { (512..<1024).contains($0) }
    }
  }

  @Test("Since 7.3 what it gave up can be taken at boot in a smaller size", arguments: kernels)
  func takenAgain(kernel: KernelVersion) throws {
    var sparse = try SparseMemoryMap(
      kernel: kernel,
      sections: [MemorySection(zone: .dma32, pages: 640), MemorySection(zone: .normal, pages: 896)])
    #expect(try sparse.populateHVO([HugeBootmemPage(pfn: 512, order: 9)]).count == 1)
    let smaller = [HugeBootmemPage(pfn: 640, order: 7)]
    guard kernel >= KernelVersion(7, 3) else {
      #expect(throws: VmemmapError.alreadyPopulated(pfns: 640..<768)) {
        _ = try sparse.populateHVO(smaller)
      }
      return
    }
    #expect(try sparse.populateHVO(smaller).isEmpty)
    let map = try sparse.populateBasePages()
    let counts = map.rawPages(512..<1024).map(\.refcount)
    #expect(counts.enumerated().allSatisfy { $1 == ($0 == 128 ? 1 : 0) })
  }

  @Test("A kernel that builds none is refused")
  func tooOld() async {
    await #expect(processExitsWith: .failure) {
      _ = try SparseMemoryMap(
        kernel: KernelVersion(6, 12), sections: [MemorySection(pages: 512)])
    }
  }
}

extension RawPage {
  fileprivate var withoutCountAndLastCPUPID: RawPage {
    var words = withoutLastCPUPID.words
    words[6] &= 0xffff_ffff
    return RawPage(words: words)
  }
}

extension MemoryMap {
  /// By a store of the zero that the last byte of a vmemmap page's first struct page holds anyway.
  fileprivate func isWritable(vmemmapPage: Int, _ basePageSize: Int = 4096) -> Bool {
    RawMemory.writeZero(at: base + UInt(vmemmapPage * basePageSize) + 63) == 0
  }
}

extension ModelledMemory {
  /// The map that a kernel leaves with all folios built at boot; `isWritten` says of heads which of them
  /// memmap_init() writes.
  fileprivate func bootMap(
    of kernel: KernelVersion, basePageSize: Int = 4096, isWritten: (Int) -> Bool = { _ in false }
  ) throws -> MemoryMap {
    var sparse = try SparseMemoryMap(
      kernel: kernel, sections: sections, basePageSize: basePageSize)
    let left = try sparse.populateHVO(
      heads.map {
        HugeBootmemPage(pfn: $0, order: order, isWrittenByMemmapInit: isWritten($0))
      })
    #expect(left.isEmpty)
    return try sparse.populateBasePages()
  }
}
