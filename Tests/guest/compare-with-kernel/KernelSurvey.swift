import Vmemmap

/// A look at every struct page that the running kernel has for memory: each tail's word must lead to
/// a head.
///
/// Tails of all compound pages count, whoever made them: HugeTLB, transparent huge pages, slabs.
struct KernelSurvey {
  private(set) var structPages = 0
  /// By order.
  private(set) var tails: [Int: Int] = [:]
  /// Page frames of tails whose word leads to no head.
  private(set) var lost: [UInt] = []

  private let map: KernelMap
  private let layout: TailLayout
  /// The order of the compound page at each head that was seen; nil of what is no head.
  private var orders: [UInt: Int?] = [:]

  /// - Parameter frames: of memory, in ranges.
  init(_ map: KernelMap, _ layout: TailLayout, of frames: [Range<UInt>]) throws(ComparisonError) {
    self.map = map
    self.layout = layout
    for range in frames {
      for first in stride(
        from: range.lowerBound, to: range.upperBound, by: structPagesPerVmemmapPage)
      {
        let count = min(UInt(structPagesPerVmemmapPage), range.upperBound - first)
        try look(at: first..<first + count)
      }
    }
  }

  private static let wordsPerStructPage = Page.size / 8

  private mutating func look(at frames: Range<UInt>) throws(ComparisonError) {
    let words = try map.structPages(of: frames)
    structPages += frames.count
    for (place, frame) in frames.enumerated() {
      let word = UInt(words[place * KernelSurvey.wordsPerStructPage + 1])
      guard word & 1 == 1 else { continue }
      if let order = try order(ofTail: frame, word: word) {
        tails[order, default: 0] += 1
      } else if try isStillTail(frame) {
        lost.append(frame)
      }
    }
  }

  /// Nil where there is no head, or none of a compound page that has the tail in it.
  private mutating func order(ofTail frame: UInt, word: UInt) throws(ComparisonError) -> Int? {
    let head = layout.head(ofTail: map.address(of: frame), word: word)
    guard let first = map.frame(of: head), first < frame else { return nil }
    if orders[first] == nil { orders.updateValue(try order(ofHead: first), forKey: first) }
    guard let order = orders[first] ?? nil, frame - first < 1 << UInt(order) else { return nil }
    return order
  }

  private func order(ofHead frame: UInt) throws(ComparisonError) -> Int? {
    let words = try map.structPages(of: frame..<frame + 2)
    let flags = PageFlags(rawValue: words[0])
    // The order is the low byte of page[1]'s flags.
    return flags.contains(.head)
      ? Int(words[KernelSurvey.wordsPerStructPage] & 0xff) : nil
  }

  /// A page may be freed between two looks.
  private mutating func isStillTail(_ frame: UInt) throws(ComparisonError) -> Bool {
    orders = [:]
    let word = UInt(try map.structPages(of: frame..<frame + 1)[1])
    guard word & 1 == 1 else { return false }
    return try order(ofTail: frame, word: word) == nil
  }
}

extension TailLayout {
  /// The address of the head, by the address of a tail's struct page and its word.
  fileprivate func head(ofTail address: UInt, word: UInt) -> UInt {
    switch self {
    case .pointer: word & ~1
    case .mask: address & word
    }
  }
}
