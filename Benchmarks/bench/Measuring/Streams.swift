import Vmemmap

/// A workload in the form that the timed loops read, with the sums that they must return.
struct Stream {
  /// Offsets of struct pages for independent operations; distances from link to page for chains.
  let steps: [UInt]
  /// Where each window of a chain starts: the offset of the page that each step is taken at.
  let starts: [UInt]
  /// `expected[i]` is the sum of the answers to the first `i` pages, on a map whose base is 0.
  let expected: [UInt]
  /// How often the base is part of an answer: 1 where the answer is an address, 0 where it is not.
  let basesPerAnswer: UInt

  /// Whether a loop over `window` of a map at `base` returned what the oracle says.
  func accepts(_ sum: UInt, window: Range<Int>, base: UInt) -> Bool {
    sum == answer(window: window) &+ UInt(window.count) &* base &* basesPerAnswer
  }

  /// The right sum over a window, on a map whose base is 0.
  func answer(window: Range<Int>) -> UInt {
    expected[window.upperBound] &- expected[window.lowerBound]
  }
}

extension Stream {
  /// - Parameters:
  ///   - answer: the right answer for a page frame on a map whose base is 0.
  ///   - link: from where the next page of a chain is reached, likewise.
  @inline(__always)
  private init(
    _ workload: Workload, offsets: [UInt], isChain: Bool, basesPerAnswer: UInt,
    answer: (PageFrameNumber) -> UInt, link: (PageFrameNumber) -> UInt
  ) {
    let pfns = workload.pfns
    starts = offsets
    self.basesPerAnswer = basesPerAnswer
    var sum: UInt = 0
    var sums: [UInt] = [sum]
    sums.reserveCapacity(pfns.count + 1)
    for pfn in pfns {
      sum &+= answer(pfn)
      sums.append(sum)
    }
    expected = sums
    // The last page of a chain leads to the first.
    steps =
      isChain
      ? pfns.indices.map { offsets[$0 + 1 < pfns.count ? $0 + 1 : 0] &- link(pfns[$0]) } : offsets
  }

  /// The stream for an operation's arms on maps of a shape.
  init(_ workload: Workload, _ cell: Cell, mode: Mode, _ shape: MapShape) {
    let page = { (pfn: PageFrameNumber) in shape.page(pfn) }
    let head = { (pfn: PageFrameNumber) in shape.head(workload.head(pfn), order: workload.order) }
    let offsets = workload.pfns.map(page)
    let isChain = mode == .latency

    /// Answers that are numbers, from which with the page itself the next one is found.
    @inline(__always)
    func number(_ answer: (PageFrameNumber) -> UInt) -> Stream {
      Stream(
        workload, offsets: offsets, isChain: isChain, basesPerAnswer: 0, answer: answer,
        link: { page($0) &+ answer($0) })
    }

    /// Answers that are the head's address and something more, from which the next page is found.
    @inline(__always)
    func address(plus more: UInt) -> Stream {
      Stream(
        workload, offsets: offsets, isChain: isChain, basesPerAnswer: 1,
        answer: { head($0) &+ more }, link: { head($0) &+ more })
    }

    self =
      switch cell.operation {
      case .compoundHead:
        switch mode {
        case .throughput, .latency: address(plus: 0)
        case .consumerFlags: address(plus: UInt(cell.headFlags.rawValue))
        case .consumerReference: address(plus: 1)
        }
      case .selfTest: address(plus: 0)
      case .folioTryGet: address(plus: 1)
      case .pageHead: number { cell.order > 0 && !workload.isTail($0) ? 1 : 0 }
      case .pageTail: number { workload.isTail($0) ? 1 : 0 }
      case .pageCompound: number { _ in cell.order > 0 ? 1 : 0 }
      case .pageZonenum: number { _ in UInt(cell.headFlags.zoneNumber) }
      // A head's count is 1 and goes up; a tail's is 0, so that nothing is taken.
      case .pageRefAddUnless: number { workload.isTail($0) ? 0 : 1 }
      case .hvoOptimize, .hvoRestore:
        preconditionFailure("\(cell.operation.rawValue) visits no pages")
      case .prepCompoundPage:
        Stream(
          workload, offsets: offsets.map { $0 | UInt(cell.order) }, isChain: false,
          basesPerAnswer: 1, answer: head, link: head)
      }
  }

  /// The stream for the empty loop over the same pages.
  init(emptyFor workload: Workload, mode: Mode, _ shape: MapShape) {
    self.init(
      workload, offsets: workload.pfns.map(shape.page), isChain: mode == .latency,
      basesPerAnswer: 1, answer: shape.page, link: shape.page)
  }
}

/// The streams of a cell's arms, by the shape of their maps.
struct Streams {
  private let streams: [MapShape: Stream]

  init(_ workload: Workload, _ cell: Cell, mode: Mode, _ shapes: Set<MapShape>) {
    streams = Dictionary(
      uniqueKeysWithValues: shapes.map { ($0, Stream(workload, cell, mode: mode, $0)) })
  }

  subscript(shape: MapShape) -> Stream { streams[shape]! }
}
