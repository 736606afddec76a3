import Glibc
import Measurement
import Vmemmap

/// Threads that take and drop references as fast as they can, on the same pages, while one more
/// thread takes the folios through their life.
///
/// What happens when is left to luck, so that a fault that the kernel's argument has may come or not.
/// One that it does not have must not come, and each count must be in the end what it was at first.
struct FreeWalks {
  let arm: TortureArm
  /// How many threads walk.
  let threads: Int
  let seconds: Double
  let generator: SeededGenerator

  private static let folios = 2
  /// The longest that a stage is left to the walkers, in microseconds.
  private static let longestStage: UInt64 = 200

  struct Outcome {
    var tally = Tally()
    /// How often the folios went from ordinary pages to ordinary pages.
    var lives = 0
    /// Faults that the kernel's argument does not have.
    var unpredictedFaults = 0
  }

  func run() throws -> Outcome {
    let life = try FolioLife(for: arm, order: 9, folios: FreeWalks.folios)
    let walkers = (0..<threads).map {
      FreeWalker(arm, on: life, generator.stream(UInt64($0)))
    }
    let ended = try startThreads(threads) { walkers[$0].walk() }
    var outcome = Outcome()
    var stageLengths = generator.stream("life")
    let deadline = MonotonicRawClock.now() + UInt64(seconds * 1e9)
    repeat {
      for _ in Stage.allCases {
        usleep(UInt32(stageLengths.uniform(below: FreeWalks.longestStage)))
        try life.advance(to: life.clock.now.next)
      }
      outcome.lives += 1
    } while MonotonicRawClock.now() < deadline
    life.clock.isOver = true
    ended.wait()
    for walker in walkers {
      outcome.tally += walker.tally
      outcome.unpredictedFaults += walker.unpredictedFaults
    }
    outcome.tally.wrongCounts += life.wrongCounts + life.doubleFrees
    return outcome
  }
}
