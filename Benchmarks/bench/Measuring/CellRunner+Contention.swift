import Synchronization
import Vmemmap

extension CellRunner {
  /// References that each thread takes to count failures.
  private static let countedTakes = 1 << 14

  /// How many compare-and-swaps fail for each reference taken, by an arm that takes any: counted apart
  /// from what is timed, in code with a counter, while as many threads take and drop on the heads of the same pages.
  func failedSwaps(_ run: ArmRun) -> Double? {
    guard run.arm.role != .empty, let count = cell.contender(of: run.arm).failedSwaps else {
      return nil
    }
    let takers = cell.threads - (cell.readers ?? 0)
    guard takers > 0 else { return nil }
    let failed = Sum()
    let (visits, shape) = (workload.visits, maps.shape(run.place))
    let walks = walks(run, 0..<visits.count / 2)
    team.run { number in
      guard number < takers else { return }
      let walk = walks[number]
      var sum = 0
      for take in 0..<CellRunner.countedTakes {
        let visit = visits[(walk.window.lowerBound + take) % visits.count]
        sum += count(Page(address: walk.base &+ shape.head(visit.first, order: visit.order)))
      }
      failed.total.add(sum, ordering: .relaxed)
    }
    return Double(failed.total.load(ordering: .relaxed)) / Double(takers * CellRunner.countedTakes)
  }
}

/// What threads add to.
private final class Sum: Sendable {
  let total = Atomic(0)
}
