import Glibc
import Measurement
import Testing

/// What the interval and the whole rule keep of their promises, by seeded simulation.
///
/// `coverage` is the range, in percent, in which the simulated share lies, wide enough for the
/// chance of so few trials: three standard errors are 1.5 points about 95 % and 3 points about 75
/// %.
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
      "one process that differs far more than rounds: its interval is of itself only",
      Simulation(processes: 1, blocks: 12, processDeviation: 0.05),
      covers: 2...12
    ),
    Scenario(
      "two processes that differ far more than rounds: the t interval's 95 %",
      Simulation(processes: 2, blocks: 6, processDeviation: 0.05),
      covers: 93.5...96.5
    ),
    Scenario(
      "three such processes: the same",
      Simulation(blocks: 4, processDeviation: 0.05),
      covers: 93.5...96.5
    ),
    Scenario(
      "four such processes: the same",
      Simulation(processes: 4, blocks: 3, processDeviation: 0.05),
      covers: 93.5...96.5
    ),
    Scenario(
      "five such processes: the same, and their range adds a little",
      Simulation(processes: 5, blocks: 3, processDeviation: 0.05),
      covers: 94.5...97.5
    ),
    Scenario(
      "three processes of log-normal placement: 94 %",
      Simulation(blocks: 4, processDeviation: 0.05, placement: .logNormal),
      covers: 92.5...95.7
    ),
    Scenario(
      "three processes of uniform placement: 92 %",
      Simulation(blocks: 4, processDeviation: 0.05, placement: .uniform),
      covers: 90.4...94
    ),
    Scenario(
      "three processes of two placements, 7 to 3: 97 %, for all may meet the rarer one",
      Simulation(blocks: 4, processDeviation: 0.05, placement: .twoOutcomes(chance: 0.3)),
      covers: 95.7...98.1
    ),
    Scenario(
      "three processes of two placements at even odds: 75 %, the known limit",
      Simulation(blocks: 4, processDeviation: 0.05, placement: .evenOdds),
      covers: 72...78
    ),
    Scenario(
      "six of them: 96.9 %",
      Simulation(processes: 6, blocks: 2, processDeviation: 0.05, placement: .evenOdds),
      covers: 95.4...98.4
    ),
    Scenario(
      "six processes that differ far more than rounds: their range's 96.9 %",
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

  /// A cell's arm and twin of equal code, as `bench` judges them: with three processes, again with
  /// six where the first look left it open, each look at half of the 5 %.
  @Test(
    "Where processes differ far more than rounds, two looks at equal code give few false calls",
    arguments: [
      .normal, .logNormal, .uniform, .twoOutcomes(chance: 0.3), .evenOdds,
    ] as [Simulation.Placement]
  )
  func falseCalls(placement: Simulation.Placement) throws {
    var generator = SeededGenerator(seed: 1).stream("false calls \(placement)")
    let rule = VerdictRule(confidence: 0.975, falseDiscoveryRate: 0.025)
    let simulation = Simulation(
      processes: 6, blocks: 4, rounds: 3, processDeviation: 0.05, placement: placement)
    var calls = 0
    for _ in 0..<Self.trials {
      let arm = simulation.draw(using: &generator)
      let twin = simulation.draw(using: &generator)
      for processes in [3, 6] {
        let estimate = try PairedEstimate(arm.filter { $0.process < processes }, rule: rule)
        let null = try PairedEstimate(twin.filter { $0.process < processes }, rule: rule)
        let verdict = try rule.verdicts(for: [(estimate, null.interval)])[0].get()
        if verdict == .faster || verdict == .slower { calls += 1 }
        if verdict != .unresolved { break }
      }
    }
    #expect(calls <= Self.trials * 15 / 1000)
  }

  @Test(
    "Differences cover the truth in nanoseconds and in cycles, at another frequency each process",
    arguments: [(3, 93.5...96.5), (6, 95.4...98.4)]
  )
  func differences(processes: Int, coverage: ClosedRange<Double>) throws {
    var generator = SeededGenerator(seed: 1).stream("differences").stream(UInt64(processes))
    let simulation = Simulation(
      truth: 0.3, processes: processes, blocks: 12 / processes, rounds: 1,
      processDeviation: 0.05)
    var coveredNanoseconds = 0
    var coveredCycles = 0
    for _ in 0..<Self.trials {
      // What the simulation draws is the difference, in the unit that is asked for.
      let drawn = simulation.draw(using: &generator)
      let lengths = (0..<processes).map { _ in 0.25 + 0.1 * generator.unit() }
      let inNanoseconds = drawn.map { $0.differing(by: $0.logRatio, cycle: nil) }
      let inCycles = drawn.map {
        $0.differing(
          by: $0.logRatio * lengths[$0.process],
          cycle: CycleLength(nanoseconds: lengths[$0.process]))
      }
      let nanoseconds = try PairedDifference(inNanoseconds).nanoseconds
      let cycles = try #require(try PairedDifference(inCycles).cycles)
      if nanoseconds.interval.contains(0.3) { coveredNanoseconds += 1 }
      if cycles.interval.contains(0.3) { coveredCycles += 1 }
    }
    #expect(coverage.contains(100 * Double(coveredNanoseconds) / Double(Self.trials)))
    #expect(coverage.contains(100 * Double(coveredCycles) / Double(Self.trials)))
  }

  @Test(
    "Where processes differ more than rounds, equal code has p-values as rare as they say",
    arguments: [3, 6], [.normal, .uniform] as [Simulation.Placement]
  )
  func pValues(processes: Int, placement: Simulation.Placement) throws {
    var generator = SeededGenerator(seed: 1).stream("p \(processes) \(placement)")
    let simulation = Simulation(
      processes: processes, blocks: 4, rounds: 1, processDeviation: 0.05,
      placement: placement)
    var (atFive, atOne, bySign) = (0, 0, 0)
    for _ in 0..<Self.trials {
      let rounds = simulation.draw(using: &generator)
      let p = try PairedEstimate(rounds).pDifference
      if p <= 0.05 { atFive += 1 }
      if p <= 0.01 { atOne += 1 }
      let groups = Dictionary(grouping: rounds) { $0.process * 4 + $0.block }
      let medians = groups.values.map { Statistics.median($0.map(\.logRatio)) }
      if Statistics.signTest(medians) <= 0.05 { bySign += 1 }
    }
    // Uniform processes are a little farther from 0 than a t test of 3 takes them to be.
    #expect(atFive <= Self.trials * (placement.isNormal ? 65 : 90) / 1000)
    #expect(atOne <= Self.trials * (placement.isNormal ? 17 : 25) / 1000)
    // What the simulation is there for: groups taken as independent are wrong this often.
    #expect(bySign >= Self.trials / 5)
  }

  @Test("The worst placement, with two outcomes at even odds, gives the documented 1.6 % of calls")
  func worstPlacement() throws {
    var generator = SeededGenerator(seed: 1).stream("worst placement")
    let simulation = Simulation(
      processes: VerdictRule().fewestProcesses, rounds: 1, processDeviation: 0.2,
      placement: .twoOutcomes(chance: 0.5))
    var calls = 0
    for _ in 0..<Self.trials {
      let arm = try simulation.estimate(using: &generator)
      let null = try simulation.estimate(using: &generator).interval
      let verdict = try VerdictRule().verdicts(for: [(arm, null)])[0].get()
      if verdict == .faster || verdict == .slower { calls += 1 }
    }
    #expect((Self.trials * 7 / 1000...Self.trials * 25 / 1000).contains(calls))
  }

  @Test("The intervals of all layouts hold their own layouts' ratios together")
  func byLayout() throws {
    var generator = SeededGenerator(seed: 1).stream("by layout")
    for processes in [3, 6] {
      let simulation = Simulation(
        processes: processes, layoutEffects: [-0.04, -0.01, 0.02, 0.05], blocks: 1,
        rounds: 1)
      var covered = 0
      for _ in 0..<Self.trials {
        let layouts = try simulation.estimate(using: &generator).byLayout
        if zip(layouts, simulation.layoutEffects).allSatisfy({ layout, effect in
          layout.interval?.contains(exp(effect)) ?? false
        }) {
          covered += 1
        }
      }
      #expect((93.5...97.5).contains(100 * Double(covered) / Double(Self.trials)))
    }
  }

  @Test(
    "Luck of the code, which all processes share, is covered in little more than 1 - 2^(1 - layouts)"
  )
  func luckOfTheCode() throws {
    var generator = SeededGenerator(seed: 1).stream("luck of the code")
    for (layouts, coverage) in [(2, 50.0...58), (4, 85...91)] {
      var covered = 0
      for _ in 0..<Self.trials {
        let effects = (0..<layouts).map { _ in 0.05 * generator.normal() }
        let simulation = Simulation(processes: 6, layoutEffects: effects, blocks: 1, rounds: 1)
        if try simulation.estimate(using: &generator).interval.contains(1) { covered += 1 }
      }
      #expect(coverage.contains(100 * Double(covered) / Double(Self.trials)), "\(layouts) layouts")
    }
  }
}
