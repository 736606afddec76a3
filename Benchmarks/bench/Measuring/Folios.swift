import Measurement
import Vmemmap

/// Which folio each page of a map is of.
struct Folios: Hashable {
  /// Of all of them, where they are alike.
  private let order: Int
  /// By page frame, where they are not.
  private let orders: [UInt8]

  /// The same for a seed and a process, in every operation: maps and workloads are made of them.
  init(_ cell: Cell, seed: UInt64, process: Int) {
    order = cell.order
    var generator = SeededGenerator(seed: seed).stream("population").stream(UInt64(process))
    orders = cell.population?.orders(pages: cell.pages, using: &generator) ?? []
  }

  @inline(__always)
  func order(of pfn: PageFrameNumber) -> Int { orders.isEmpty ? order : Int(orders[pfn]) }

  /// The first page frame of a page's folio.
  @inline(__always)
  func head(of pfn: PageFrameNumber) -> PageFrameNumber {
    let order = order(of: pfn)
    return (pfn >> order) << order
  }

  /// The pages of each folio that a range has some of.
  @inline(__always)
  func parts(of pages: Range<PageFrameNumber>) -> Parts { Parts(folios: self, rest: pages) }

  /// Made one by one: visits have theirs looked at after each pass.
  struct Parts: Sequence, IteratorProtocol {
    fileprivate let folios: Folios
    fileprivate var rest: Range<PageFrameNumber>

    @inline(__always)
    mutating func next() -> Range<PageFrameNumber>? {
      guard let first = rest.first else { return nil }
      let end = Swift.min(folios.head(of: first) + 1 << folios.order(of: first), rest.upperBound)
      rest = end..<rest.upperBound
      return first..<end
    }
  }

  /// Makes the compound pages of a map, none of which was optimised.
  func initialize(_ map: inout MemoryMap, _ format: any TailFormat.Type) throws(VmemmapError) {
    guard !orders.isEmpty else { return try map.initialize(order: order, format: format) }
    try map.initialize(order: 0, format: format)
    for folio in parts(of: orders.indices) where folio.count > 1 {
      // As pages come from the allocator, the first with a reference.
      for pfn in folio.dropFirst() {
        unsafe map[pfn].setReferenceCount(format.frozenReferenceCount)
      }
      unsafe format.prepCompoundPage(map[folio.lowerBound], order: order(of: folio.lowerBound))
    }
  }
}
