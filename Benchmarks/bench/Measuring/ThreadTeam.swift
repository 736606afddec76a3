import CVmemmap
import Glibc
import Measurement
import Synchronization
import TimedLoops
import Vmemmap

/// Threads that walk at the same time, each on a CPU of its own; the first of them is the caller's.
///
/// Who waits spins, and walks begin when all are there, so that they start within a fraction of a
/// microsecond. Where a CPU has something else to do, others wait for its next turn.
///
/// Unchecked: what a walk needs is written before `generation` is raised with release and read after it
/// was seen with acquire.
final class ThreadTeam: @unchecked Sendable {
  /// One thread's share.
  struct Walk {
    let stream: Stream
    let window: Range<Int>
    let origin: MapOrigin
  }

  /// What came of a thread's walk.
  struct Pass {
    /// Of the first pass; the others must have the same.
    let sum: UInt
    /// Of the first pass, or of those that only read the mean of all.
    var elapsed: UInt64
    /// How often the thread walked: once, and again until all others had been timed, too.
    var count = 1
    var areAlike = true
  }

  private var size: Int
  private let generation = Atomic(0)
  /// Of the other threads those that are prepared, have done their part of a job, or have left.
  private let finished = Atomic(0)
  /// Why there is no team.
  private let problem = Mutex<VmemmapError?>(nil)
  /// Nil when there is nothing left to do.
  private var job: ((Int) -> Void)?

  /// - Parameters:
  ///   - cpus: on which each thread may run, the caller's first.
  ///   - prepare: called on each of the other threads before its first walk; what it returns, after
  ///     its last one.
  /// - Throws: where a thread can't be had or put on its CPUs: two on one CPU would take turns.
  init(cpus: [[Int]], prepare: @escaping @Sendable () -> () -> Void) throws(VmemmapError) {
    size = cpus.count
    try CPUs.pin(to: cpus[0])
    for number in cpus.indices.dropFirst() {
      let cpus = cpus[number]
      do throws(VmemmapError) {
        try startThread { [self] in
          do throws(VmemmapError) {
            try CPUs.pin(to: cpus)
          } catch {
            problem.withLock { $0 = error }
          }
          let leave = prepare()
          finished.add(1, ordering: .releasing)
          work(number)
          leave()
          finished.add(1, ordering: .releasing)
        }
      } catch {
        size = number
        problem.withLock { $0 = error }
        break
      }
    }
    awaitOthers()
    if let problem = problem.withLock({ $0 }) {
      disband()
      throw problem
    }
  }

  /// Ends the other threads; to be called once, after the last walk.
  func disband() {
    job = nil
    finished.store(0, ordering: .relaxed)
    generation.add(1, ordering: .releasing)
    awaitOthers()
  }

  /// How long a thread goes on after its first pass, in nanoseconds and in passes: until both are far more than
  /// the slowest thread's block. One that was not timed by then has lost its CPU to something else.
  private static let patience = (time: 10_000_000 as UInt64, passes: 16)

  /// All threads' walks, at the same time. Each thread is timed on its first pass, and goes on until all
  /// have been: none is timed while others are idle already.
  ///
  /// - Parameter readers: of the last threads, how many walk with that loop; they go on while one of the
  ///   others is being timed. If all do, they are timed as others are.
  func walk(
    _ loop: TimedLoop, _ walks: [Walk], readers: (count: Int, loop: TimedLoop)? = nil
  ) -> [Pass] {
    if size == 1 { return [ThreadTeam.pass(loop, walks[0])] }
    let firstReader = size - (readers?.count ?? 0)
    let shared = SharedWalk(timed: firstReader > 0 ? firstReader : size, threads: size)
    run { number in
      let loop = number < firstReader ? loop : readers!.loop
      shared.missing.subtract(1, ordering: .acquiringAndReleasing)
      self.spin { shared.missing.load(ordering: .acquiring) == 0 }
      var pass = ThreadTeam.pass(loop, walks[number])
      if number < firstReader || firstReader == 0 {
        shared.untimed.subtract(1, ordering: .releasing)
      }
      var elapsed = pass.elapsed
      while shared.untimed.load(ordering: .acquiring) > 0
        && (elapsed < ThreadTeam.patience.time || pass.count < ThreadTeam.patience.passes)
      {
        let again = ThreadTeam.pass(loop, walks[number])
        pass.count += 1
        elapsed += again.elapsed
        pass.areAlike = pass.areAlike && again.sum == pass.sum
      }
      if number >= firstReader && firstReader > 0 { pass.elapsed = elapsed / UInt64(pass.count) }
      shared.passes.withLock { $0[number] = pass }
    }
    return shared.passes.withLock { $0.map { $0! } }
  }

  /// Does something on all threads, at the same time.
  ///
  /// - Parameter body: gets the thread's number.
  func run(_ body: @escaping (Int) -> Void) {
    job = body
    finished.store(0, ordering: .relaxed)
    generation.add(1, ordering: .releasing)
    body(0)
    awaitOthers()
  }

  /// What threads tell each other of a walk.
  private final class SharedWalk: Sendable {
    /// Threads that have not come yet.
    let missing: Atomic<Int>
    /// Threads that are being timed.
    let untimed: Atomic<Int>
    let passes: Mutex<[Pass?]>

    init(timed: Int, threads: Int) {
      missing = Atomic(threads)
      untimed = Atomic(timed)
      passes = Mutex(Array(repeating: nil, count: threads))
    }
  }

  private static func pass(_ loop: TimedLoop, _ walk: Walk) -> Pass {
    let (sum, elapsed) = loop.walk(walk.stream, walk.window, base: walk.origin.pages)
    return Pass(sum: sum, elapsed: elapsed)
  }

  private func work(_ number: Int) {
    var seen = 0
    while true {
      spin { self.generation.load(ordering: .acquiring) != seen }
      seen += 1
      guard let job else { return }
      job(number)
      finished.add(1, ordering: .releasing)
    }
  }

  private func awaitOthers() {
    spin { self.finished.load(ordering: .acquiring) == self.size - 1 }
  }

  /// For how long a thread spins before it naps, in nanoseconds: longer than a scheduler lets a CPU's tasks run
  /// in turn. Who left its CPU sooner would be away when the others' turn has come.
  private static let mostSpinning: UInt64 = 10_000_000

  private func spin(until isDone: () -> Bool) {
    let begin = MonotonicRawClock.now()
    var turns = 0
    while !isDone() {
      turns += 1
      // A sibling on the same core may still be timed.
      cvm_spin_hint()
      if turns % 256 == 0 && MonotonicRawClock.now() - begin > ThreadTeam.mostSpinning {
        usleep(50)
      }
    }
  }
}
