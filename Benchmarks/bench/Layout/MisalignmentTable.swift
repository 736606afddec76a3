import Text
import Vmemmap

/// Heads that a mask gets wrong in memory maps that are not aligned to the largest folio, counted.
struct MisalignmentTable {
  /// Bytes by which a memory map misses its alignment: from a page to half of the alignment.
  static let displacements = (0...5).map { basePageSize << (3 * $0) }
  private static let orders = Array(0...Order.maximum)

  /// The struct pages of the largest folio, which each map has: the memory that counting takes.
  static let bytes = Page.size << Order.maximum

  /// For each displacement, by order.
  private let wrongByMask: [[Int]]
  private let wrongByPointer: [[Int]]

  /// Counts; a few seconds.
  init() throws(VmemmapError) {
    var wrongByMask: [[Int]] = []
    var wrongByPointer: [[Int]] = []
    for displacement in Self.displacements {
      let map = try MemoryMap(
        format: HeadPointerFormat.self, sections: [MemorySection(pages: 1 << Order.maximum)],
        displacement: displacement)
      var (mask, pointer): ([Int], [Int]) = ([], [])
      for order in Self.orders {
        mask.append(Misalignment.wrongHeads(of: MaskEncoding.self, order: order, in: map))
        pointer.append(Misalignment.wrongHeads(of: PointerEncoding.self, order: order, in: map))
      }
      wrongByMask.append(mask)
      wrongByPointer.append(pointer)
    }
    self.wrongByMask = wrongByMask
    self.wrongByPointer = wrongByPointer
  }

  /// - Throws: ``FailedRun`` where a count is not what the formula says.
  func lines() throws(FailedRun) -> [String] {
    for (displacement, counts) in zip(Self.displacements, wrongByMask) {
      for (order, count) in counts.enumerated() {
        let predicted = Misalignment.predictedWrongHeads(displacement: displacement, order: order)
        guard count == predicted else {
          throw FailedRun(
            description: """
              \(count) wrong heads by mask, displacement \(displacement), order \(order), but the \
              formula says \(predicted)
              """)
        }
      }
    }
    var table = TextColumns(Array(repeating: .right, count: Self.displacements.count + 2))
    table.append(["order"] + Self.displacements.map(\.exactBytes) + ["pointer"])
    for order in Self.orders {
      let pointers = wrongByPointer.map { $0[order] }
      table.append(
        ["\(order)"] + wrongByMask.map { "\($0[order])" } + ["\(pointers.reduce(0, +))"])
    }
    let counted = wrongByMask.map { counts in counts.firstIndex { $0 > 0 } }
    let predicted = Self.displacements.map { Misalignment.firstWrongOrder(displacement: $0) }
    for (name, orders) in [("from", counted), ("formula", predicted)] {
      table.append([name] + orders.map { $0.map { "order \($0)" } ?? "" } + [""])
    }
    return [
      """
      wrong heads of the pages of one folio, by mask, where the memory map misses its alignment of \
      \(Order.memoryMapAlignment.exactBytes) by so much; last, by pointer, all of these together
      """
    ] + table.rendered() + [
      """
      a displacement hurts from the first order on whose struct pages it is no multiple of: a mask leads \
      to multiples of their size, so that all 2^order - 1 tails are wrong
      """
    ]
  }
}
