import Vmemmap

/// The folios of one memory map, all of which are optimised and restored, batch by batch.
final class FolioPool {
  private var map: MemoryMap
  private let order: Int
  private let batches: [[PageFrameNumber]]

  /// A class, because arrays can't hold noncopyable values.
  ///
  /// - Parameter holdsStaticKey: whether optimised folios are counted where the format has it so.
  init(
    _ cell: Cell, format: any TailFormat.Type, bindToNodes: Bool, holdsStaticKey: Bool
  ) throws(VmemmapError) {
    order = cell.order
    batches = cell.batches
    map = try MemoryMap(
      format: format,
      sections: [
        MemorySection(node: cell.memoryNode, pages: cell.batches.joined().count << cell.order)
      ],
      bindToNodes: bindToNodes, holdsStaticKey: holdsStaticKey)
  }

  /// Makes all pages folios that are not optimised, of a format.
  func prepare(_ format: any TailFormat.Type) throws(VmemmapError) {
    try map.initialize(order: order, format: format)
  }

  func optimize(_ procedure: HVOProcedure) throws(VmemmapError) {
    for batch in batches {
      try map.optimize(folios: batch, waitsForReaders: procedure.rcu != nil)
    }
  }

  func restore(_ procedure: HVOProcedure) throws(VmemmapError) {
    for batch in batches {
      try map.restore(folios: batch, waitsForReaders: procedure.rcu != nil)
    }
  }

  /// What is wrong with heads or memory, if anything.
  func problem(
    afterwards isOptimized: Bool, _ procedure: HVOProcedure
  ) throws(VmemmapError) -> String? {
    if let pfn = firstWrongPage(procedure.encoding) { return "a wrong head of pfn \(pfn)" }
    let kept = isOptimized ? batches.joined().count * basePageSize : map.pageCount * Page.size
    let expected = kept + map.templateCount * basePageSize
    let allocated = try map.allocatedBytes()
    return allocated == expected
      ? nil : "\(allocated) bytes by st_blocks instead of \(expected)"
  }

  private func firstWrongPage<E: CompoundEncoding>(_: E.Type) -> PageFrameNumber? {
    let first = unsafe map[0]
    return (0..<map.pageCount).first { pfn in
      E.compoundHead(first.advanced(by: pfn)) != first.advanced(by: pfn - pfn % (1 << order))
    }
  }
}

extension Cell {
  /// The heads that each call of an operation on whole folios gets.
  ///
  /// A call on few small folios is over before a clock can tell: so many calls are timed together
  /// that they remap ``fewestRemapped`` vmemmap pages.
  var batches: [[PageFrameNumber]] {
    let perCall = folios * MemoryMap.mappings(forOptimizedOrder: order)
    let calls = max(1, Cell.fewestRemapped / perCall)
    return (0..<calls).map { call in
      (0..<folios).map { (call * folios + $0) << order }
    }
  }

  /// At least 25 us.
  private static let fewestRemapped = 32
}
