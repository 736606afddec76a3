import Foundation
import Measurement
import Synchronization
import Vmemmap

/// Folios of one memory map, and the thread that takes all of them through their life at once.
final class FolioLife {
  let clock = LifeClock()
  let order: Int
  let pageCount: Int
  /// The addresses of the struct pages.
  let structPages: Range<UInt>
  private var map: MemoryMap
  private let form: any PageRefForm.Type
  private let waitsForReaders: Bool
  /// How often each page's last reference was dropped in this life, by whomever.
  private let frees: Mutex<[Int]>

  /// References are dropped within nanoseconds, or after a turn of other threads.
  private static let patience = 10.0

  /// - Parameters:
  ///   - arm: says what tails hold, what a template is left with, and whether a grace period goes by
  ///     after pages were freed.
  ///   - order: of the folios.
  ///   - folios: their number.
  init(for arm: TortureArm, order: Int, folios: Int) throws(VmemmapError) {
    let pages = folios << order
    map = try FolioLife.map(for: arm, order: order, pages: pages)
    try map.initialize(order: 0)
    self.order = order
    form = arm.form
    pageCount = pages
    frees = Mutex(Array(repeating: 0, count: pages))
    structPages = map.base..<map.base + UInt(pages * Page.size)
    waitsForReaders = arm.rcu != nil
  }

  /// A map with no optimised folio. Where the arm is of a kernel that has booted with huge pages, it has
  /// the template that these left behind.
  private static func map(
    for arm: TortureArm, order: Int, pages: Int
  ) throws(VmemmapError) -> MemoryMap {
    let sections = [MemorySection(pages: pages)]
    guard let kernel = arm.bootedKernel else {
      return try MemoryMap(format: arm.format, sections: sections)
    }
    var memory = try SparseMemoryMap(
      kernel: kernel, format: arm.format, sections: sections)
    let heads = stride(from: 0, to: pages, by: 1 << order)
    // One zone: no page spans several.
    _ = try memory.populateHVO(
      heads.map { HugeBootmemPage(pfn: $0, order: order, isWrittenByMemmapInit: true) })
    var map = try memory.populateBasePages()
    try map.restore(folios: heads)
    return map
  }

  /// A struct page, to be used by those who hold this object: the map goes with it.
  subscript(pfn: PageFrameNumber) -> Page { unsafe map[pfn] }

  var heads: StrideTo<PageFrameNumber> { stride(from: 0, to: pageCount, by: 1 << order) }

  /// Lets stages pass until a moment.
  func advance(to moment: Moment) throws {
    while clock.now < moment {
      switch clock.now.stage {
      case .ordinary:
        hasDroppedLast = (0..<pageCount).map { self[$0].dropReferences(1) == 0 }
      case .dropping:
        for pfn in 0..<pageCount { try free(pfn) }
        for head in heads { map.format.prepCompoundPage(self[head], order: order) }
      case .frozen:
        // Apart from optimize(folios:waitsForReaders:), so that a walk can begin in between.
        if waitsForReaders {
          clock.isWaiting = true
          try GracePeriod.synchronize()
          clock.isWaiting = false
        }
      case .quiescent:
        clock.isReadOnly = true
        try map.optimize(folios: heads)
      case .optimized:
        for head in heads { self[head].unfreezeReferences(1) }
      case .inUse:
        for head in heads { try freeze(head) }
        try map.restore(folios: heads)
        clock.isReadOnly = false
      case .restored:
        countFrees()
        for head in heads { split(head) }
      }
      clock.now = clock.now.next
    }
  }

  /// The ordinary pages whose count is not the 1 that they began with.
  ///
  /// - Precondition: the pages are ordinary ones, and nobody walks.
  var wrongCounts: Int { (0..<pageCount).count { self[$0].referenceCount != 1 } }

  /// How often pages were freed that nobody had allocated since: in the lives that are over.
  private(set) var doubleFrees = 0

  /// Of each page, whether this object's reference was the last one when it was dropped.
  private var hasDroppedLast: [Bool] = []

  /// Notes that somebody freed a page.
  func noteFree(_ page: Page) {
    let pfn = Int(page.address - structPages.lowerBound) / Page.size
    frees.withLock { $0[pfn] += 1 }
  }

  /// Frees a page on which this object had a reference, or waits until somebody else has.
  private func free(_ pfn: PageFrameNumber) throws {
    if hasDroppedLast[pfn] && form.claimToFree(self[pfn]) { noteFree(self[pfn]) }
    try wait(for: pfn) { frees.withLock { $0[pfn] > 0 } }
  }

  private func freeze(_ pfn: PageFrameNumber) throws {
    try wait(for: pfn) { form.freeze(self[pfn], 1) }
  }

  private func wait(for pfn: PageFrameNumber, _ isDone: () -> Bool) throws {
    guard !isDone() else { return }
    clock.isWaiting = true
    defer { clock.isWaiting = false }
    let deadline = MonotonicRawClock.now() + UInt64(FolioLife.patience * 1e9)
    while !isDone() {
      guard MonotonicRawClock.now() < deadline else {
        throw FailedRun(
          description: """
            references not conserved: pfn \(pfn) has \(self[pfn].referenceCount), and nobody dropped \
            any for \(seconds(FolioLife.patience))
            """)
      }
      sched_yield()
    }
  }

  /// Notes pages that were freed more often than once, and begins to count anew.
  private func countFrees() {
    doubleFrees += frees.withLock { frees in
      let more = frees.reduce(0) { $0 + max(0, $1 - 1) }
      for pfn in frees.indices { frees[pfn] = 0 }
      return more
    }
  }

  /// Makes a frozen compound page ordinary pages, each with one reference.
  private func split(_ head: PageFrameNumber) {
    for pfn in head..<head + 1 << order {
      let page = self[pfn]
      page.flags = page.flags.zoneAndNode.union(.noLastCPUPID)
      map.format.clearCompoundHead(page)
      page.mapping = 0
      page.setReferenceCount(1)
    }
  }
}
