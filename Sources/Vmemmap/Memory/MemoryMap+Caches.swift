import CVmemmap

extension MemoryMap {
  /// Drives the struct pages, and folios that are allocated apart, out of all caches.
  ///
  /// Costs about 2 ns for each cache line. The corresponding kernel function is
  /// `clflush_cache_range()`.
  public func flushCaches() {
    MemoryMap.flush(base, length: pageCount * format.structPageSize)
    let folioBytes = order.flatMap { folioSpans(order: $0).last?.bytes.upperBound } ?? 0
    MemoryMap.flush(base + UInt(folioAreaOffset), length: folioBytes)
  }

  private static func flush(_ address: UInt, length: Int) {
    var line = address
    while line < address + UInt(length) {
      cvm_flush_cache_line(line)
      line &+= UInt(cvm_cache_line_size)
    }
  }
}
