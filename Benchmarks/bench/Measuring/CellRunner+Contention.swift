import Synchronization
import Vmemmap

extension CellRunner {
  /// Visits of each thread that count failures.
  private static let countedVisits = 1 << 14

  /// How many compare-and-swaps fail for each reference taken, by an arm that takes any: counted apart
  /// from what is timed, in code with a counter, while as many threads take on the heads of the same pages, and
  /// drop at once or at the end as the timed loops do. Nil beside threads that only read, and where no visit
  /// takes one.
  func failedSwaps(_ run: ArmRun) -> Double? {
    guard run.arm.role != .empty, let count = cell.contender(of: run.arm).failedSwaps else {
      return nil
    }
    guard cell.readers == nil else { return nil }
    let target = loop.references.target
    let isDroppedAtOnce = if case .returned = loop.references { true } else { false }
    let (failed, takes) = (Sum(), Sum())
    let (visits, shape) = (workload.visits, maps.shape(run.place))
    let walks = walks(run, 0..<visits.count / 2)
    team.run { number in
      let walk = walks[number]
      var sum = 0
      var taken: [Page] = []
      taken.reserveCapacity(CellRunner.countedVisits)
      for number in 0..<CellRunner.countedVisits {
        let visit = visits[(walk.window.lowerBound + number) % visits.count]
        guard let pfn = target(visit) else { continue }
        let head = Page(address: walk.origin.heads &+ shape.head(pfn, order: visit.order))
        sum += count(head)
        if isDroppedAtOnce { head.dropReferences(1) }
        taken.append(head)
      }
      if !isDroppedAtOnce { for head in taken { head.dropReferences(1) } }
      failed.total.add(sum, ordering: .relaxed)
      takes.total.add(taken.count, ordering: .relaxed)
    }
    let taken = takes.total.load(ordering: .relaxed)
    return taken == 0 ? nil : Double(failed.total.load(ordering: .relaxed)) / Double(taken)
  }
}

/// What threads add to.
private final class Sum: Sendable {
  let total = Atomic(0)
}
