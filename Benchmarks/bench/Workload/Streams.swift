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
  private init(
    _ workload: Workload, mode: Mode, basesPerAnswer: UInt,
    answer: (PageFrameNumber) -> UInt, link: (PageFrameNumber) -> UInt
  ) {
    let pfns = workload.pfns
    let offsets = pfns.map { UInt($0 * Page.size) }
    starts = offsets
    self.basesPerAnswer = basesPerAnswer
    var sum: UInt = 0
    expected =
      [0]
      + pfns.map {
        sum &+= answer($0)
        return sum
      }
    steps =
      switch mode {
      case .throughput, .consumerFlags, .consumerReference: offsets
      case .latency:
        pfns.indices.map { offsets[($0 + 1) % pfns.count] &- link(pfns[$0]) }
      }
  }

  /// The stream for an operation's arms.
  ///
  /// - Parameter headFlags: the flags of every head.
  init(_ workload: Workload, operation: Operation, mode: Mode, headFlags: PageFlags) {
    let head = { (pfn: PageFrameNumber) in UInt(workload.head(pfn) * Page.size) }
    switch (operation, mode) {
    case (.compoundHead, .throughput), (.compoundHead, .latency), (.selfTest, _):
      self.init(workload, mode: mode, basesPerAnswer: 1, answer: head, link: head)
    case (.compoundHead, .consumerFlags):
      let flags = UInt(headFlags.rawValue)
      self.init(
        workload, mode: mode, basesPerAnswer: 1, answer: { head($0) &+ flags }, link: head)
    case (.compoundHead, .consumerReference):
      self.init(workload, mode: mode, basesPerAnswer: 1, answer: { head($0) &+ 1 }, link: head)
    case (.pageRefAddUnless, _):
      // A head's count is 1 and goes up; a tail's is 0, so that nothing is taken.
      let taken = { (pfn: PageFrameNumber) -> UInt in workload.isTail(pfn) ? 0 : 1 }
      self.init(
        workload, mode: mode, basesPerAnswer: 0, answer: taken,
        link: { UInt($0 * Page.size) &+ taken($0) })
    }
  }

  /// The stream for the null loop over the same pages.
  init(nullFor workload: Workload, mode: Mode) {
    let page = { (pfn: PageFrameNumber) in UInt(pfn * Page.size) }
    self.init(workload, mode: mode, basesPerAnswer: 1, answer: page, link: page)
  }
}
