import Vmemmap

/// Walks that are stopped before each of their instructions in turn, while the folio goes on from the
/// stage in which the walk began to one in which its struct pages are read-only.
///
/// All interleavings of a walk and such a stretch of a folio's life with one stop, then; nothing is left
/// to luck. A life that must wait for the walk lets it go on: to drop the reference that it holds, or
/// to leave its read-side critical section.
struct SteppedWalks {
  let arm: TortureArm

  /// Where a vmemmap page that HVO shares begins, in the old layout a fake head, and a plain tail.
  private static let pages: [PageFrameNumber] = [
    structPagesPerVmemmapPage, structPagesPerVmemmapPage + 1,
  ]

  struct Outcome {
    var tally: Tally
    /// The stages in which walks that faulted had begun.
    var faultedFrom: Set<Stage>
  }

  /// Costs a trap for each instruction of each walk: 50 us in a virtual machine that must leave its
  /// guest for it.
  func run() throws -> Outcome {
    let life = try FolioLife(for: arm, order: Order.smallestOptimizable, folios: 1)
    let walker = try SteppedWalker(arm, on: life)
    defer { walker.quit() }
    var wrongCounts = 0
    var faultedFrom: Set<Stage> = []
    for pfn in SteppedWalks.pages {
      // The first call of all meets the dynamic linker, and is not stopped.
      walker.begin(life[pfn], stop: -1)
      for begin in Stage.allCases {
        for end in [Stage.optimized, .inUse] {
          var stop = 0
          repeat {
            try life.advance(to: life.clock.now.first(begin))
            walker.begin(life[pfn], stop: stop)
            try life.advance(to: life.clock.now.next.first(end))
            walker.goOn()
            try life.advance(to: life.clock.now.first(.ordinary))
            walker.end()
            if walker.hasFaulted { faultedFrom.insert(begin) }
            wrongCounts += life.wrongCounts
            stop += 1
          } while walker.stops > 0
        }
      }
    }
    var tally = walker.tally
    tally.wrongCounts += wrongCounts + life.doubleFrees
    return Outcome(tally: tally, faultedFrom: faultedFrom)
  }
}
