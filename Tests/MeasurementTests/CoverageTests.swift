import Glibc
import Measurement
import Testing

/// What the interval and the whole rule keep of their promises, by seeded simulation.
///
/// `coverage` is the range, in percent, in which the simulated share lies, wide enough for the
/// chance of so few trials: three standard errors are 1.5 points about 95 % and 3 points about 75 %.
@Suite("Coverage of PairedEstimate, simulated")
struct CoverageTests {
  private static let trials = 2000

  struct Scenario: CustomTestStringConvertible {
    let testDescription: String
    let simulation: Simulation
    let coverage: ClosedRange<Double>

    init(_ description: String, _ simulation: Simulation, covers coverage: ClosedRange<Double>) {
      self.testDescription = description
      self.simulation = simulation
      self.coverage = coverage
    }
  }

  private static let scenarios = [
    Scenario(
      "one process, normal noise: the exact 96.1 %",
      Simulation(processes: 1, blocks: 12),
      covers: 94.6...97.6
    ),
    Scenario(
      "one process, log-normal noise: the same, whatever the shape",
      Simulation(processes: 1, blocks: 12, noise: .logNormal),
      covers: 94.6...97.6
    ),
    Scenario(
      "one process, contaminated noise, a true effect: the same",
      Simulation(truth: -0.4, processes: 1, blocks: 12, noise: .contaminated),
      covers: 94.6...97.6
    ),
    Scenario(
      "three like processes: widening adds little",
      Simulation(blocks: 4),
      covers: 96.4...99.4
    ),
    Scenario(
      "three processes that differ far more than rounds: their range's 75 %, the known limit",
      Simulation(blocks: 4, processDeviation: 0.05),
      covers: 72...78
    ),
    Scenario(
      "six such processes: their range's 96.9 %",
      Simulation(processes: 6, blocks: 2, processDeviation: 0.05),
      covers: 95.4...98.4
    ),
    Scenario(
      "twelve such processes: their sign-test interval's 96.1 %, not the ever wider range",
      Simulation(processes: 12, blocks: 2, processDeviation: 0.05),
      covers: 94.6...97.6
    ),
    Scenario(
      "layouts on both sides of the truth: always held",
      Simulation(layoutEffects: [-0.02, 0.02], blocks: 2),
      covers: 99.9...100
    ),
  ]

  @Test("The interval covers the truth as often as is documented", arguments: scenarios)
  func coverage(scenario: Scenario) throws {
    var generator = SeededGenerator(seed: 1).stream(scenario.testDescription)
    var covered = 0
    for _ in 0..<Self.trials {
      let estimate = try scenario.simulation.estimate(using: &generator)
      if estimate.interval.contains(exp(scenario.simulation.truth)) { covered += 1 }
    }
    #expect(scenario.coverage.contains(100 * Double(covered) / Double(Self.trials)))
  }

  @Test("With the twin's noise floor, even three very different processes give few false calls")
  func falseCalls() throws {
    var generator = SeededGenerator(seed: 1).stream("false calls")
    let simulation = Simulation(blocks: 4, processDeviation: 0.05)
    var calls = 0
    for _ in 0..<Self.trials {
      let arm = try simulation.estimate(using: &generator)
      let twin = try simulation.estimate(using: &generator)
      let verdict = VerdictRule().verdicts(for: [(arm, twin.interval)])[0]
      if verdict == .faster || verdict == .slower { calls += 1 }
    }
    #expect(calls < Self.trials / 25)
  }
}
