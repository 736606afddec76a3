import CVmemmap
import Glibc
import Measurement
import Synchronization
import TimedLoops
import Vmemmap

/// Threads that walk at the same time, each on a CPU of its own; the first of them is the caller's.
///
/// Between walks the others spin, so that they start within a fraction of a microsecond.
///
/// Unchecked: what a walk needs is written before `generation` is raised with release and read after it
/// was seen with acquire, and the answers go the other way by `finished`.
@safe
final class ThreadTeam: @unchecked Sendable {
  /// One thread's share.
  struct Walk {
    let stream: Stream
    let window: Range<Int>
    /// The address of page frame 0's struct page, or what the thread takes for it.
    let base: UInt
  }

  private var size: Int
  private let generation = Atomic(0)
  private let finished = Atomic(0)
  /// Nil when there is nothing left to do.
  private var job: (loop: TimedLoop, walks: [Walk])?
  /// One for each thread, a cache line apart from that of the next.
  private let sums: UnsafeMutableBufferPointer<UInt>
  private static let sumsPerLine = 16

  /// - Parameters:
  ///   - cpus: on which each thread may run, the caller's first.
  ///   - prepare: called on each of the other threads before its first walk; what it returns, after
  ///     its last one.
  /// - Throws: where the caller can't be put on its CPUs, or a thread can't be had.
  init(cpus: [[Int]], prepare: @escaping @Sendable () -> () -> Void) throws(VmemmapError) {
    size = cpus.count
    unsafe sums = .allocate(capacity: cpus.count * ThreadTeam.sumsPerLine)
    unsafe sums.initialize(repeating: 0)
    try CPUs.pin(to: cpus[0])
    for number in cpus.indices.dropFirst() {
      let cpus = cpus[number]
      do throws(VmemmapError) {
        try startThread { [self] in
          // The caller has shown that CPUs can be chosen; one that is gone since costs precision only.
          _ = try? CPUs.pin(to: cpus)
          let leave = prepare()
          work(number)
          leave()
          finished.add(1, ordering: .releasing)
        }
      } catch {
        size = number
        disband()
        throw error
      }
    }
  }

  deinit { unsafe sums.deallocate() }

  /// Ends the other threads; to be called once, after the last walk.
  func disband() {
    job = nil
    finished.store(0, ordering: .relaxed)
    generation.add(1, ordering: .releasing)
    awaitOthers()
  }

  /// All threads' walks, at the same time.
  ///
  /// - Returns: each thread's sum, and the time from the start of the first to the end of the last.
  func walk(_ loop: TimedLoop, _ walks: [Walk]) -> (sums: [UInt], elapsed: UInt64) {
    if size == 1 {
      let (sum, elapsed) = loop.walk(walks[0].stream, walks[0].window, base: walks[0].base)
      return ([sum], elapsed)
    }
    job = (loop, walks)
    finished.store(0, ordering: .relaxed)
    let begin = MonotonicRawClock.now()
    generation.add(1, ordering: .releasing)
    let sum = loop.walk(walks[0].stream, walks[0].window, base: walks[0].base).sum
    awaitOthers()
    let elapsed = MonotonicRawClock.now() &- begin
    unsafe sums[0] = sum
    return (
      (0..<size).map { unsafe sums[$0 * ThreadTeam.sumsPerLine] }, elapsed
    )
  }

  private func work(_ number: Int) {
    var seen = 0
    while true {
      spin { self.generation.load(ordering: .acquiring) != seen }
      seen += 1
      guard let (loop, walks) = job else { return }
      let walk = walks[number]
      let sum = loop.walk(walk.stream, walk.window, base: walk.base).sum
      unsafe sums[number * ThreadTeam.sumsPerLine] = sum
      finished.add(1, ordering: .releasing)
    }
  }

  private func awaitOthers() {
    spin { self.finished.load(ordering: .acquiring) == self.size - 1 }
  }

  /// Spins, and lets others run now and then: the machine may have less to give than it says.
  private func spin(until isDone: () -> Bool) {
    var turns = 0
    while !isDone() {
      turns += 1
      // A sibling on the same core may still be timed.
      cvm_spin_hint()
      if turns % 256 == 0 { sched_yield() }
    }
  }
}
