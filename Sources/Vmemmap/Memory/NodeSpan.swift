/// A run of bytes of a memory map that belongs to one node.
struct NodeSpan {
  /// From the start of an area.
  let bytes: Range<Int>
  let node: Int

  /// One span for each section, from 0 on without gaps.
  ///
  /// - Parameter length: of a section's span in bytes.
  static func consecutive(
    _ sections: [MemorySection], length: (MemorySection) -> Int
  ) -> [NodeSpan] {
    var start = 0
    return sections.map { section in
      defer { start += length(section) }
      return NodeSpan(bytes: start..<start + length(section), node: section.node)
    }
  }

  /// The pages of the area that the span touches. A page that two spans share is the later one's: it
  /// is bound last.
  func pages(of pageSize: Int) -> Range<Int> {
    bytes.lowerBound / pageSize..<bytes.upperBound.roundedUp(to: pageSize) / pageSize
  }
}
