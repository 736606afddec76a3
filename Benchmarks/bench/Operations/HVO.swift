import Vmemmap

extension Operation {
  /// `hugetlb_vmemmap_optimize_folios()`.
  static let hvoOptimize = onFolios(
    "hvo_optimize", "HVO on whole folios, by mmap()", .optimize)

  /// `hugetlb_vmemmap_restore_folios()`.
  static let hvoRestore = onFolios(
    "hvo_restore", "and off again", .restore)

  private static func onFolios(
    _ name: String, _ meaning: String, _ change: HVOChange
  ) -> Operation {
    Operation(
      name, meaning, change, of: HVOProcedure.all.map(\.contender),
      // So much longer do the fewest rounds take.
      weight: { 1 + Double($0.folios * MemoryMap.mappings(forOptimizedOrder: $0.order)) / 128 })
  }
}
