import Glibc
import Synchronization
import SystemPackage

/// The templates of a memory map: looked up without a lock, and entered by compare-and-swap.
///
/// A maker fills a page that nobody else knows of, then enters it. Of two makers that race for the
/// same template one enters; the loser gives its page back and takes the winner's.
final class TemplateTable: Sendable {
  /// The most templates, and the pages of the area that holds them.
  static let capacity = UInt64.bitWidth

  /// Filled from the first on, and never emptied: who finds a slot empty knows all templates.
  private let slots = InlineArray<64, AtomicLazyReference<TailTemplate>> { _ in
    AtomicLazyReference()
  }
  /// One bit for each page of the area that is a template, or is being made one.
  private let claimedPages = Atomic<UInt64>(0)
  /// Where the area is mapped read-write, and where in the file it lies.
  private let address: UInt
  private let file: FileDescriptor
  private let offset: Int
  private let geometry: PageGeometry
  /// Which nodes templates are bound to; nil where they are bound to none.
  private let templateNode: TemplateNode?

  /// - Parameter address: of ``capacity`` pages, as mapped from `offset` of `file` while this is used.
  init(
    address: UInt, file: FileDescriptor, offset: Int, geometry: PageGeometry,
    templateNode: TemplateNode?
  ) {
    self.address = address
    self.file = file
    self.offset = offset
    self.geometry = geometry
    self.templateNode = templateNode
  }

  var count: Int { entered.count }

  /// The templates in use, in the order in which they were entered.
  var entered: [TailTemplate] {
    slots.indices.lazy.map { self.slots[$0].load() }.prefix { $0 != nil }.compactMap(\.self)
  }

  /// Where a template is mapped read-write.
  func address(of template: TailTemplate) -> UInt {
    address + UInt(template.page * geometry.basePageSize)
  }

  /// The offset in the file of a template, made now if there is none yet.
  ///
  /// - Parameters:
  ///   - compoundInfo: the word of its tails.
  ///   - referenceCount: their count.
  /// - Throws: ``VmemmapError/tooManyTemplates(limit:)``, ``VmemmapError/numa(attempt:errno:)`` where it
  ///   can't be bound, and ``VmemmapError/system(attempt:errno:)`` when memory or mappings run out.
  func offset(
    for key: TailTemplate.Key, compoundInfo: UInt, referenceCount: Int32 = 0
  ) throws(VmemmapError) -> Int {
    var mine: TailTemplate?
    var slot = 0
    while slot < slots.count {
      var entered = slots[slot].load()
      if entered == nil {
        if mine == nil { mine = try make(key, compoundInfo, referenceCount) }
        guard let mine else {
          // Other makers have the pages, and will enter them or give them back.
          sched_yield()
          continue
        }
        entered = slots[slot].storeIfNil(mine)
      }
      if let entered, entered.key == key {
        if let mine, mine !== entered { try free(mine.page) }
        return offset + entered.page * geometry.basePageSize
      }
      slot += 1
    }
    if let mine { try free(mine.page) }
    throw .tooManyTemplates(limit: TemplateTable.capacity)
  }

  /// A template that is not entered yet; nil when no page is left for it.
  private func make(
    _ key: TailTemplate.Key, _ compoundInfo: UInt, _ referenceCount: Int32
  ) throws(VmemmapError) -> TailTemplate? {
    guard let page = claimPage() else { return nil }
    let start = address + UInt(page * geometry.basePageSize)
    do throws(VmemmapError) {
      if let node = templateNode?.node(for: key.flags) {
        try SystemCall.bind(start, length: geometry.basePageSize, node: node)
      }
      try SystemCall.advise(
        start, length: geometry.basePageSize, MemoryMap.Advice.populateWrite,
        "allocate a page of tail templates")
    } catch {
      giveUp(page)
      throw error
    }
    for entry in 0..<geometry.structPagesPerVmemmapPage {
      Page(address: start).advanced(by: entry)
        .initializeTail(
          flags: key.flags, compoundInfo: compoundInfo, referenceCount: referenceCount)
    }
    return TailTemplate(key: key, page: page)
  }

  private func free(_ page: Int) throws(VmemmapError) {
    // Even if its memory can't be given back: the next maker can have it.
    defer { giveUp(page) }
    try SystemCall.punchHole(
      file, offset: offset + page * geometry.basePageSize, length: geometry.basePageSize)
  }

  /// A page of the area for one maker alone; nil when all are taken.
  private func claimPage() -> Int? {
    var claimed = claimedPages.load(ordering: .relaxed)
    while claimed != .max {
      let page = (~claimed).trailingZeroBitCount
      let swap = claimedPages.compareExchange(
        expected: claimed, desired: claimed | 1 << page, ordering: .acquiring)
      if swap.exchanged { return page }
      claimed = swap.original
    }
    return nil
  }

  private func giveUp(_ page: Int) {
    claimedPages.bitwiseAnd(~(1 << UInt64(page)), ordering: .releasing)
  }
}
