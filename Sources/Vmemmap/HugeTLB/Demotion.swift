extension MemoryMap {
  /// Makes one folio several of a smaller order, each optimised if the folio was and HVO applies to
  /// their order.
  ///
  /// The folio gets all its struct pages again, these are prepared anew as if the map had been
  /// initialised with the smaller order, and the new folios are optimised. Meanwhile the folio takes
  /// as much memory as without HVO: 16 MiB for order 18. 1 GiB to 512 folios of 2 MiB costs about
  /// 47 ms of CPU time, for the most part the process's `mmap()` calls, which the kernel does without.
  ///
  /// - Parameters:
  ///   - pfn: the head of a compound page that nobody else refers to: its count is 1.
  ///   - order: 0 to less than the folio's.
  /// - Throws: With the folio as it was, ``VmemmapError/noOptimization(format:structPageSize:)``,
  ///   ``VmemmapError/pageOutOfRange(pfn:pageCount:)``, ``VmemmapError/notAHead(pfn:)``,
  ///   ``VmemmapError/deviceMemory(pfn:)``, ``VmemmapError/orderOutOfRange(order:range:)``,
  ///   ``VmemmapError/folioInUse(pfn:referenceCount:)``, and ``VmemmapError/system(attempt:errno:)``
  ///   when there is no memory for its struct pages (where the static key can't be counted down, it
  ///   is restored by then). With new folios that can be used, but not all of them optimised,
  ///   ``VmemmapError/demotedButNotOptimized(pfn:order:optimized:folios:reason:)``.
  ///
  /// The corresponding kernel function is `demote_free_hugetlb_folio()`, in kernels that demote in
  /// batches `demote_free_hugetlb_folios()`.
  public mutating func demote(
    folio pfn: PageFrameNumber, to order: Int
  ) throws(VmemmapError) {
    let folioOrder = try compoundOrder(ofHead: pfn)
    guard folioOrder > 0 else { throw .orderOutOfRange(order: 0, range: 1...geometry.maximumOrder) }
    guard (0..<folioOrder).contains(order) else {
      throw .orderOutOfRange(order: order, range: 0...folioOrder - 1)
    }
    let head = unsafe self[pfn]
    guard head.freezeReferences(1, to: format.frozenReferenceCount) else {
      throw .folioInUse(pfn: pfn, referenceCount: head.referenceCount)
    }
    let wasOptimized = optimizedFolios.contains(pfn)
    do throws(VmemmapError) {
      try restore(folios: [pfn])
    } catch {
      head.unfreezeReferences(1)
      throw error
    }
    let pfns = pfn..<pfn + 1 << folioOrder
    // No format with HVO allocates folios apart from struct pages.
    var folio: UInt = 0
    format.initialize(
      base: base, pages: pfns, order: order, flags: head.flags.zoneAndNode, folio: &folio)
    guard wasOptimized && order >= geometry.smallestOptimizableOrder ?? .max else { return }
    let heads = stride(from: pfn, to: pfns.upperBound, by: 1 << order)
    do throws(VmemmapError) {
      try optimize(folios: heads)
    } catch {
      let optimized = optimizedFolios.subtracting(unfreedFolios)
      throw .demotedButNotOptimized(
        pfn: pfn, order: order, optimized: heads.count { optimized.contains($0) },
        folios: 1 << (folioOrder - order), reason: error)
    }
  }
}
