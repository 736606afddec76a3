import Synchronization
import Vmemmap

extension CellRunner {
  /// References that each thread takes to count failures.
  private static let countedTakes = 1 << 14

  /// How many compare-and-swaps fail for each reference taken, by an arm that takes any: counted apart
  /// from what is timed, in code with a counter, while as many threads take on the heads of the same pages, and
  /// drop at once or at the end as the timed loops do. Nil beside threads that only read.
  func failedSwaps(_ run: ArmRun) -> Double? {
    guard run.arm.role != .empty, let count = cell.contender(of: run.arm).failedSwaps else {
      return nil
    }
    guard cell.readers == nil else { return nil }
    let isDroppedAtOnce = if case .returned = loop.references { true } else { false }
    let failed = Sum()
    let (visits, shape) = (workload.visits, maps.shape(run.place))
    let walks = walks(run, 0..<visits.count / 2)
    team.run { number in
      let walk = walks[number]
      var sum = 0
      var taken: [Page] = []
      taken.reserveCapacity(CellRunner.countedTakes)
      for take in 0..<CellRunner.countedTakes {
        let visit = visits[(walk.window.lowerBound + take) % visits.count]
        let head = Page(address: walk.origin.heads &+ shape.head(visit.first, order: visit.order))
        sum += count(head)
        if isDroppedAtOnce { head.dropReferences(1) } else { taken.append(head) }
      }
      for head in taken { head.dropReferences(1) }
      failed.total.add(sum, ordering: .relaxed)
    }
    return Double(failed.total.load(ordering: .relaxed))
      / Double(cell.threads * CellRunner.countedTakes)
  }
}

/// What threads add to.
private final class Sum: Sendable {
  let total = Atomic(0)
}
