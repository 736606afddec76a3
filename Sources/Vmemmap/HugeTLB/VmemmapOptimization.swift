import SystemPackage

/// The HugeTLB Vmemmap Optimization, by real aliasing of this process's mappings.
///
/// A folio's first vmemmap page is kept, private and writable. The others are mapped read-only to
/// what the format shares:
///
///     old: the folio's own first vmemmap page        new: the template of (zone, order)
///
///       vmemmap page 0  ──────►  page (head, 63 tails)     page 0  ──────►  page (head, 63 tails)
///       vmemmap page 1  ───ro──►  the same                  page 1  ───ro──►  template (64 tails)
///       vmemmap page 2  ───ro──►  the same                  page 2  ───ro──►  the same template
///       ...                                                ...
///
/// and the memory behind them is given back. In the old layout page[64], page[128], ... are thereby
/// fake heads. These are the costs and guarantees of mmap in one process; the kernel's are others.
extension MemoryMap {
  /// The mappings that one optimised folio takes: one for each of its vmemmap pages.
  public static func mappings(
    forOptimizedOrder order: Int, _ geometry: PageGeometry = .standard
  ) -> Int {
    geometry.vmemmapPages(ofOrder: order)
  }

  /// Optimises folios: maps their tail vmemmap pages to what is shared, then frees what was behind.
  ///
  /// First all folios are remapped, then all of what was behind them is given back. Readers at any
  /// moment see either the old or the new page, with the same answers, as long as the decoding allows
  /// for it. Optimising an optimised folio does nothing. Costs about 4 us for each vmemmap page.
  ///
  /// - Parameters:
  ///   - heads: page frames of heads whose order is ``PageGeometry/smallestOptimizableOrder`` or more.
  ///   - waitsForReaders: whether in the old layout a grace period goes by before the first folio is
  ///     remapped, one for all of them as in the kernel: who has found a page to be no fake head must
  ///     not store to it when it has become one. The new layout needs none.
  /// - Throws: Before anything is changed, ``VmemmapError/noOptimization(format:structPageSize:)``,
  ///   ``VmemmapError/pageOutOfRange(pfn:pageCount:)``,
  ///   ``VmemmapError/notAHead(pfn:)``, ``VmemmapError/orderOutOfRange(order:range:)``,
  ///   ``VmemmapError/tooManyTemplates(limit:)`` and ``VmemmapError/builtWithoutLiburcu``; templates
  ///   that were made stay. Later ``VmemmapError/tooManyMappings(needed:inUse:limit:)``, and
  ///   ``VmemmapError/system(attempt:errno:)`` when another call fails. What was not yet given back is
  ///   then mapped as before: after too many mappings, all folios. ``optimizedFolios`` says which are
  ///   optimised.
  ///
  /// The corresponding kernel function is `hugetlb_vmemmap_optimize_folios()`.
  public mutating func optimize(
    folios heads: some Sequence<PageFrameNumber>, waitsForReaders: Bool = false
  ) throws(VmemmapError) {
    _ = try MemoryMap.sharedTails(of: format)
    var folios: [TailVmemmapPages] = []
    var seen: Set<PageFrameNumber> = []
    for pfn in heads where !optimizedFolios.contains(pfn) && seen.insert(pfn).inserted {
      folios.append(tailVmemmapPages(of: pfn, order: try optimizableOrder(of: pfn)))
    }
    try optimize(folios, waitsForReaders: waitsForReaders)
  }

  /// Optimises folios none of which is optimised, and that can be.
  mutating func optimize(
    _ folios: [TailVmemmapPages], waitsForReaders: Bool
  ) throws(VmemmapError) {
    guard !folios.isEmpty else { return }
    let sharedTails = try MemoryMap.sharedTails(of: format)
    var folios = folios
    for index in folios.indices {
      folios[index].sharedOffset = try offset(of: sharedTails, for: folios[index])
    }
    // Not later, when mappings may have run out and more memory may take one.
    optimizedFolios.reserveCapacity(optimizedFolios.count + folios.count)

    do throws(VmemmapError) {
      try holdStaticKey(for: optimizedFolios.count + folios.count)
      if waitsForReaders && isOldLayout { try GracePeriod.synchronize() }
      try remapAndFree(folios)
    } catch {
      // A key that can't be turned off stays on, with which every answer is right.
      try? holdStaticKey(for: optimizedFolios.count)
      if case .system(_, .noMemory) = error {
        try MappingLimit.check(
          needed: folios.reduce(0) {
            $0 + MemoryMap.mappings(forOptimizedOrder: $1.order, geometry)
          })
      }
      throw error
    }
  }

  /// Undoes ``optimize(folios:waitsForReaders:)``: gives each folio its own struct pages again.
  ///
  /// Fresh pages are filled in the memory file and then mapped read-write, so that readers never see
  /// an unfilled one. A folio that is not optimised is left alone.
  ///
  /// An encoding that loads once, like ``MaskEncoding``, is right for readers at any moment. One that
  /// looks for fake heads loads more often: a reader that saw the even word of a fake head, and looks
  /// for `PG_head` only after it has become a tail again, takes the tail for a head.
  ///
  /// - Parameters:
  ///   - heads: the folios' first page frames.
  ///   - waitsForReaders: whether in the old layout a grace period goes by before the first folio is
  ///     remapped, one for all of them as in the kernel.
  /// - Throws: ``VmemmapError/builtWithoutLiburcu`` before anything is changed, and
  ///   ``VmemmapError/system(attempt:errno:)`` when memory runs out, with the folios before that one
  ///   restored and the others still optimised. Mappings do not run out.
  ///
  /// The corresponding kernel function is `hugetlb_vmemmap_restore_folios()`.
  public mutating func restore(
    folios heads: some Sequence<PageFrameNumber>, waitsForReaders: Bool = false
  ) throws(VmemmapError) {
    let heads = heads.filter { optimizedFolios.contains($0) }
    guard !heads.isEmpty else { return }
    if waitsForReaders && isOldLayout { try GracePeriod.synchronize() }
    do throws(VmemmapError) {
      for pfn in heads where optimizedFolios.contains(pfn) {
        try unsafe restore(tailVmemmapPages(of: pfn, order: self[pfn].folioOrder))
      }
    } catch {
      try? holdStaticKey(for: optimizedFolios.count)
      throw error
    }
    try holdStaticKey(for: optimizedFolios.count)
  }
}
