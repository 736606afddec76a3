import Synchronization

/// What the thread that takes folios through their life lets walkers know.
final class LifeClock: Sendable {
  private let number = Atomic(0)
  private let readOnly = Atomic(false)
  private let waiting = Atomic(false)
  private let over = Atomic(false)

  /// The last stage that is complete.
  var now: Moment {
    get { Moment(number: number.load(ordering: .sequentiallyConsistent)) }
    set { number.store(newValue.number, ordering: .sequentiallyConsistent) }
  }

  /// Whether a struct page may be read-only: from before the first is to after the last was.
  var isReadOnly: Bool {
    get { readOnly.load(ordering: .sequentiallyConsistent) }
    set { readOnly.store(newValue, ordering: .sequentiallyConsistent) }
  }

  /// Whether walkers are waited for: to drop a reference, or to leave a read-side critical section.
  var isWaiting: Bool {
    get { waiting.load(ordering: .sequentiallyConsistent) }
    set { waiting.store(newValue, ordering: .sequentiallyConsistent) }
  }

  /// Whether the folios have lived long enough.
  var isOver: Bool {
    get { over.load(ordering: .sequentiallyConsistent) }
    set { over.store(newValue, ordering: .sequentiallyConsistent) }
  }
}
