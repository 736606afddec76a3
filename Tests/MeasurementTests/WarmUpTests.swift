import Glibc
import Measurement
import Testing

@Suite("WarmUp and drift")
struct WarmUpTests {
  /// Feeds rounds until warm-up is over, or should have been.
  private func warm(
    arms: Int = 1, window: Int = 4, tolerance: Double = 0.01, limit: Int = 40,
    _ times: (_ arm: Int, _ round: Int) -> Double
  ) -> WarmUp {
    var warmUp = WarmUp(arms: arms, window: window, tolerance: tolerance, limit: limit)
    while !warmUp.isOver && warmUp.rounds < 1000 {
      let round = warmUp.rounds
      warmUp.add((0..<arms).map { times($0, round) })
    }
    return warmUp
  }

  @Test("Arms that are flat from the start are warm after two windows", arguments: 1...6)
  func flat(window: Int) {
    let warmUp = warm(arms: 3, window: window) { arm, _ in 1 + Double(arm) }
    #expect((warmUp.rounds, warmUp.isFlat) == (2 * window, true))
  }

  @Test("A step keeps it going for two windows that lie wholly after it", arguments: 1..<20)
  func step(at step: Int) {
    let warmUp = warm { _, round in round < step ? 1.1 : 1 }
    // A window with half of its rounds before the step has its median in between.
    let levels = (0...step / 4 + 2).map { window -> Double in
      Statistics.median((4 * window..<4 * window + 4).map { $0 < step ? 1.1 : 1 })
    }
    let flat = (1..<levels.count).first { abs(levels[$0] - levels[$0 - 1]) < 0.01 }!
    #expect((warmUp.rounds, warmUp.isFlat) == (4 * (flat + 1), true))
  }

  @Test("A single arm that still falls keeps all of them warming, by its own level alone")
  func slowestArm() {
    let falls = { (round: Int) in 1 + 0.5 * exp(-Double(round) / 4) }
    let alone = warm { _, round in falls(round) }
    #expect(alone.rounds > 8 && alone.isFlat)
    for scale in [0.001, 1, 1000] {
      let beside = warm(arms: 3) { arm, round in arm == 1 ? scale * falls(round) : 5 }
      #expect((beside.rounds, beside.isFlat) == (alone.rounds, true))
    }
  }

  @Test("Rising is not flat either, and the tolerance is the border")
  func tolerance() {
    for change in [0.0099, 1 / 1.0099 - 1] {
      #expect(warm { _, round in round < 4 ? 1 : 1 + change }.rounds == 8)
    }
    for change in [0.0101, 1 / 1.0101 - 1] {
      #expect(warm { _, round in round < 4 ? 1 : 1 + change }.rounds == 12)
    }
  }

  @Test("At the limit it is over, and says that it was not enough")
  func limit() {
    for limit in [8, 9, 30] {
      let warmUp = warm(limit: limit) { _, round in pow(0.9, Double(round)) }
      #expect((warmUp.rounds, warmUp.isOver, warmUp.isFlat) == (limit, true, false))
    }
  }

  /// The drift of processes whose rounds take turns in some layouts.
  private func drift(_ processes: [[Double]], layouts: Int = 1) -> Double? {
    Statistics.drift(
      processes.map { times in times.enumerated().map { ($0 % layouts, $1) } })
  }

  @Test("Drift is the last third over the first, of all processes together")
  func drift() {
    #expect(isClose(drift([[4, 4, 9, 9, 3, 3]])!, -0.25))
    // Seven rounds have thirds of two.
    #expect(isClose(drift([[2, 4, 9, 9, 9, 5, 7]])!, 1))
    // Each at its own level.
    for scale in [0.01, 1, 100] {
      #expect(isClose(drift([[1, 7, 1.1], [scale, 7, 1.1 * scale]])!, 0.1))
    }
    // Most do not move, and one moves far.
    let processes = [[1.0, 7, 1], [1, 7, 1.5], [2, 7, 2]]
    #expect(isClose(drift(processes)!, 0))
    // One that is too short has no say.
    #expect(isClose(drift([[1, 7, 1.1], [1, 9]])!, 0.1))
    #expect(drift([[1, 2]]) == nil)
    #expect(drift([]) == nil)
  }

  @Test("Layouts that differ are no drift and hide none, however many rounds", arguments: 12...40)
  func turns(rounds: Int) {
    let levels = [1.0, 2, 4, 8]
    #expect(drift([(0..<rounds).map { levels[$0 % 4] }], layouts: 4) == 0)
    let falls = (0..<rounds).map { levels[$0 % 4] * ($0 < rounds / 2 ? 1.1 : 1) }
    #expect(isClose(drift([falls], layouts: 4)!, 1 / 1.1 - 1))
  }

  @Test("Layouts that are not in both thirds have no say")
  func fewRounds() {
    #expect(drift([[1, 2, 4, 8]], layouts: 4) == nil)
    // Only the second one is.
    #expect(drift([[9, 2, 4, 8, 2, 4, 9]], layouts: 4) == 1)
  }

  @Test("Chance in single processes is not what drift shows")
  func chance() {
    // Two levels that come and go, in eight processes of twelve rounds each: thirds of four rounds
    // differ by up to a level, all together hardly.
    var generator = SeededGenerator(seed: 1)
    let processes = (0..<8).map { _ in
      (0..<12).map { _ in Double.random(in: 1...1.1, using: &generator) }
    }
    let single = processes.compactMap { drift([$0]) }.map(abs).max()!
    #expect(single > 0.02 && abs(drift(processes)!) < 0.02)
  }
}
