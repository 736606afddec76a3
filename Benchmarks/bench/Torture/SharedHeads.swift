import Foundation
import Measurement
import Synchronization
import Vmemmap

/// Threads that take and drop references on the same few heads through one of the forms that are
/// timed; the folios are optimised where the form can do with that.
struct SharedHeads {
  let form: any PageRefForm.Type
  let threads: Int
  let seconds: Double

  private static let folios = 2
  private let order = 9

  struct Outcome {
    let form: String
    let tally: Tally
  }

  func run() throws -> Outcome {
    var map = try MemoryMap(
      format: form.format, sections: [MemorySection(pages: SharedHeads.folios << order)])
    try map.initialize(order: order)
    let pfns = (0..<SharedHeads.folios).map { $0 << order }
    if form.hvoStates.contains(.on) { try map.optimize(folios: pfns) }
    let heads = pfns.map { unsafe map[$0] }
    let deadline = MonotonicRawClock.now() + UInt64(seconds * 1e9)
    let total = Mutex(Tally())
    let form = form
    try startThreads(threads) { _ in
      let tally = form.takeAndDrop(heads, until: deadline)
      total.withLock { $0 += tally }
    }.wait()
    var tally = total.withLock { $0 }
    tally.wrongCounts += heads.count { $0.referenceCount != 1 }
    return Outcome(form: form.name, tally: tally)
  }
}

extension PageRefForm {
  /// Operations between two looks at the clock.
  private static var batch: Int { 1000 }

  /// Takes a reference on one head after the other and drops it, on this thread.
  fileprivate static func takeAndDrop(_ heads: [Page], until deadline: UInt64) -> Tally {
    registerThread()
    defer { unregisterThread() }
    var tally = Tally()
    repeat {
      for number in 0..<batch {
        let head = heads[number % heads.count]
        let hasTaken = pageRefAddUnless(head, 1, 0)
        tally.note(taken: hasTaken)
        // Whoever had the head before still has its reference.
        if hasTaken && putTestZero(head) { tally.wrongCounts += 1 }
      }
    } while MonotonicRawClock.now() < deadline
    return tally
  }
}
