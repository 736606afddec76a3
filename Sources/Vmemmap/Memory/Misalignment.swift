/// What becomes of `compound_head()` in a memory map that is not aligned to the largest folio.
///
/// ``MemoryMap`` refuses masks in such a map. To see why, take a map of the pointer format with a
/// displacement: its struct pages can be prepared one compound page at a time in any format.
public enum Misalignment {
  /// Makes the first `1 << order` pages of a map a compound page, and counts those of them whose head
  /// an encoding gets wrong.
  ///
  /// - Parameters:
  ///   - encoding: what finds the heads.
  ///   - order: 0 to ``Order/maximum``.
  ///   - map: a map of the pointer format, of so many pages or more; changed.
  public static func wrongHeads<Encoding: CompoundEncoding>(
    of encoding: Encoding.Type, order: Int, in map: borrowing MemoryMap
  ) -> Int {
    precondition(map.pageCount >= 1 << order, "the map has no \(1 << order) pages")
    let head = unsafe map[0]
    Encoding.Format.prepCompoundPage(head, order: order)
    var wrong = 0
    for offset in 0..<1 << order {
      wrong += Encoding.compoundHead(head.advanced(by: offset)) == head ? 0 : 1
    }
    return wrong
  }

  /// What ``wrongHeads(of:order:in:)`` must be for masks: every tail, where the compound page's struct
  /// pages do not stand at a multiple of their size. A mask leads to such a multiple only.
  public static func predictedWrongHeads(displacement: Int, order: Int) -> Int {
    displacement % (Page.size << order) == 0 ? 0 : 1 << order - 1
  }

  /// The smallest order whose heads are found wrongly: the first whose struct pages the displacement
  /// is not a multiple of.
  ///
  /// - Parameter displacement: in bytes, a multiple of the size of a struct page.
  /// - Returns: nil where no order up to ``Order/maximum`` is.
  public static func firstWrongOrder(displacement: Int) -> Int? {
    (0...Order.maximum).first { displacement % (Page.size << $0) != 0 }
  }
}
