import TimedLoops
import Vmemmap

/// What the caches hold of an arm's struct pages when it is timed: what they would hold if it ran
/// alone, whatever other arms are measured beside it.
enum Warmth: Equatable {
  /// All of them that fit, by an untimed pass over so many visits or more before the timed one.
  case warm(visits: Int)
  /// As `warm`, but what is timed is in the last level of the caches alone, but for what the untimed
  /// pass has just visited.
  case farther(visits: Int)
  /// Nothing: they are far more than the caches hold. All are flushed, and none is visited twice
  /// before all are flushed again.
  case cold

  /// Of what fits into the first level.
  static let hot = Warmth.warm(visits: 0)

  init(of cell: Cell, on format: any TailFormat.Type, _ caches: CacheSizes) {
    let bytes = cell.touchedBytes(on: format)
    let line = 64
    // Random visits leave one line in seven out where there are twice as many of them as lines.
    let enough = 2 * min(bytes, caches.l2) / line
    if caches.isBeyond(bytes) {
      self = .cold
    } else {
      self = bytes <= caches.l2 ? .warm(visits: enough) : .farther(visits: enough)
    }
  }
}

extension CellRunner {
  /// Leaves caches and predictors as the arm's own walk up to a window would.
  func prepare(_ index: Int, _ layout: Int, _ window: Range<Int>) throws(WrongAnswer) {
    let run = runs[index]
    switch run.warmth {
    case .cold:
      try pass(index, layout, visits(window.count, before: window))
    case .farther(let count):
      touch(run.place, window)
      try pass(index, layout, visits(max(count, window.count), before: window))
    case .warm(let count):
      try pass(index, layout, visits(max(count, window.count), before: window))
    }
  }

  /// Drives the struct pages of cold arms out of the caches.
  func flushColdArms() {
    for run in runs where run.warmth == .cold { maps.flushCaches(run.place) }
  }

  /// So many visits up to a window; elsewhere where there are not so many before it.
  private func visits(_ wanted: Int, before window: Range<Int>) -> Range<Int> {
    let all = workload.visits.count
    let count = min((wanted + unrolling - 1) / unrolling * unrolling, all)
    let end = window.lowerBound >= count ? window.lowerBound : all
    return end - count..<end
  }

  /// Reads what a window's visits will read.
  private func touch(_ place: Int, _ window: Range<Int>) {
    let (base, shape) = (maps.base(place), maps.shape(place))
    for visit in workload.visits[window] {
      _ = Page(address: base + shape.page(visit.first)).flags
      if loop.readsHead {
        _ = Page(address: base + shape.head(visit.first, order: visit.order)).flags
      }
    }
  }
}
