import Vmemmap

/// Walks of form F that are stopped twice: the first time while the page is in use, until it is frozen,
/// so that an addition finds it so; the second time until it is a read-only tail, so that the
/// compare-and-swap that sets the frozen count back comes too late.
///
/// One stop can't show that: a guarded walk that begins on a frozen page adds nothing.
struct SetBackWalks {
  let arm: TortureArm
  /// Whether the store that sets a count back can meet a read-only struct page.
  let isPredictedToFault: Bool

  struct Outcome {
    var tally: Tally
    /// Walks that had added to a frozen count when they were stopped the second time.
    var lateSetBacks = 0
    /// Those of them that faulted then.
    var lateFaults = 0
  }

  /// The pairs of stops of one page's walk.
  func run() throws -> Outcome {
    let life = try FolioLife(for: arm, order: Order.smallestOptimizable, folios: 1)
    let walker = try SteppedWalker(arm, on: life)
    defer { walker.quit() }
    let page = life[structPagesPerVmemmapPage + 1]
    // The first call of all meets the dynamic linker, and is not stopped.
    walker.begin(page, stop: -1)
    var outcome = Outcome(tally: Tally())
    var wrongCounts = 0
    var stop = 0
    repeat {
      var again = 0
      repeat {
        try life.advance(to: life.clock.now.first(.ordinary))
        walker.begin(page, stop: stop, again: again)
        try life.advance(to: life.clock.now.next.first(.frozen))
        walker.goOn()
        let isLate = walker.stops == 2 && page.referenceCount & .max > 0 && page.referenceCount < 0
        let faults = walker.tally.faults
        try life.advance(to: life.clock.now.first(.optimized))
        walker.goOn()
        try life.advance(to: life.clock.now.next.first(.ordinary))
        walker.end()
        if isLate {
          outcome.lateSetBacks += 1
          outcome.lateFaults += walker.tally.faults - faults
        }
        wrongCounts += life.wrongCounts
        again += 1
      } while walker.stops == 2
      stop += 1
    } while walker.stops > 0
    outcome.tally = walker.tally
    outcome.tally.wrongCounts += wrongCounts + life.doubleFrees
    return outcome
  }
}

extension SetBackWalks {
  /// A guard alone leaves the window open. A read side round the take closes it: the page does not become
  /// read-only before it ends.
  static var all: [SetBackWalks] {
    typealias Guarded = FrozenBitForm<MaskEncoding, CountGuard<NonPreemptibleRCU>>
    let guarded = TortureArm(
      name: "F, guarded, limit 0", kernels: "-", form: Guarded.self,
      walk: { Guarded.walk($0) { Guarded.addUnlessFrozen($0, 1, limit: 0) } },
      faultsFrom: [.ordinary, .dropping])
    return [SetBackWalks(arm: guarded, isPredictedToFault: true)] + withGracePeriods
  }

  #if HAVE_URCU
    private static var withGracePeriods: [SetBackWalks] {
      typealias Guarded = FrozenBitForm<MaskEncoding, CountGuard<MembarrierRCU>>
      let guarded = TortureArm(
        name: "F, guarded, RCU, limit 0", kernels: "-", form: Guarded.self,
        walk: { Guarded.walk($0) { Guarded.addUnlessFrozen($0, 1, limit: 0) } },
        rcu: MembarrierRCU.self, faultsFrom: [.dropping])
      return [SetBackWalks(arm: guarded, isPredictedToFault: false)]
    }
  #else
    private static let withGracePeriods: [SetBackWalks] = []
  #endif
}
