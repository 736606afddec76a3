import Glibc
import Measurement
import Testing

@Suite("VerdictRule")
struct VerdictRuleTests {
  /// An estimate from twelve groups within +-`width` of `centre` on the log scale, of processes
  /// that take turns and so differ little.
  private func estimate(
    _ centre: Double, width: Double = 0.002, processes: Int = 3
  ) throws -> PairedEstimate {
    try PairedEstimate(
      (0..<12).map { group in
        PairedRound(
          process: group % processes,
          layout: 0,
          block: group / processes,
          logRatio: centre + width * (Double(group) - 5.5) / 5.5
        )
      }
    )
  }

  private func verdict(
    _ estimate: PairedEstimate,
    nullInterval: ClosedRange<Double> = 0.999...1.001
  ) throws -> Verdict {
    try VerdictRule().verdicts(for: [(estimate, nullInterval)])[0].get()
  }

  @Test("A clear difference is faster or slower, none is the same, a wide one is unresolved")
  func verdicts() throws {
    #expect(try verdict(estimate(-0.5)) == .faster)
    #expect(try verdict(estimate(0.5)) == .slower)
    #expect(try verdict(estimate(0)) == .same)
    #expect(try verdict(estimate(0, width: 0.2)) == .unresolved)
  }

  @Test("A small but certain difference is called, though it lies within the margin")
  func smallButCertain() throws {
    #expect(try verdict(estimate(-0.01)) == .faster)
  }

  @Test("A difference inside the noise floor is not called, on either side of 1")
  func noiseFloor() throws {
    // The twin was only ever seen to be slower; its luck might as well have gone the other way.
    for centre in [0.05, -0.05] {
      #expect(try verdict(estimate(centre), nullInterval: 1.01...1.06) == .unresolved)
      #expect(try verdict(estimate(centre), nullInterval: 1.01...1.03) != .unresolved)
    }
    #expect(try verdict(estimate(0.01), nullInterval: 0.98...1.01) == .same)
  }

  @Test("Same needs the whole interval within the margin")
  func equivalence() throws {
    let nullInterval = 0.9...1.1
    #expect(try verdict(estimate(0.015), nullInterval: nullInterval) == .same)
    #expect(try verdict(estimate(-0.015), nullInterval: nullInterval) == .same)
    #expect(try verdict(estimate(0.0195), nullInterval: nullInterval) == .unresolved)
    // Down to 1/1.02, not to 0.98: this interval's lower end lies between the two.
    let between = try estimate(-0.0187)
    #expect((0.98..<1 / 1.02).contains(between.lower))
    #expect(try verdict(between, nullInterval: nullInterval) == .unresolved)
  }

  @Test("The same arm is called among few arms and not as the only one among many")
  func falseDiscovery() throws {
    let arm = try estimate(0.5)
    let nothing = try estimate(0, width: 0.2)
    #expect(isClose(arm.pDifference, 2 / 4096))
    func verdict(among others: Int) throws -> Verdict {
      let arms = [arm] + Array(repeating: nothing, count: others)
      return try VerdictRule().verdicts(for: arms.map { ($0, 0.999...1.001) })[0].get()
    }
    #expect(try verdict(among: 101) == .slower)
    #expect(try verdict(among: 102) == .unresolved)
  }

  @Test("Verdicts come in the order of the arms, and no arms get none")
  func order() throws {
    let arms = [try estimate(0), try estimate(0.5), try estimate(-0.5), try estimate(0, width: 1)]
    let verdicts = VerdictRule().verdicts(for: arms.map { ($0, 0.999...1.001) })
    #expect(try verdicts.map { try $0.get() } == [.same, .slower, .faster, .unresolved])
    #expect(VerdictRule().verdicts(for: []).isEmpty)
  }

  @Test("Margin, confidence and rate are those of the rule")
  func parameters() throws {
    let wide = VerdictRule(margin: 0.3)
    let scattered = try estimate(0, width: 0.2)
    #expect(wide.verdicts(for: [(scattered, 0.999...1.001)]) == [.success(.same)])
    let certain = try estimate(0.5, processes: 12)
    let strict = VerdictRule(falseDiscoveryRate: 0.0001)
    #expect(strict.verdicts(for: [(certain, 0.999...1.001)]) == [.success(.unresolved)])
    let rounds = (0..<12).map {
      PairedRound(process: 0, layout: 0, block: $0, logRatio: Double($0))
    }
    let sure = try PairedEstimate(rounds, rule: VerdictRule(confidence: 0.99))
    #expect(isClose(sure.lower, exp(1)) && isClose(sure.upper, exp(10)))
    #expect(sure.logRatio.coverage >= 0.99)
  }

  @Test("Fewer processes than the rule asks for give no verdict, however clear or equal")
  func fewestProcesses() throws {
    for processes in [1, 2] {
      for centre in [0.5, -0.5, 0] {
        let verdicts = VerdictRule().verdicts(
          for: [(try estimate(centre, processes: processes), 0.999...1.001)])
        #expect(verdicts == [.failure(.tooFewProcesses(found: processes, needed: 3))])
      }
    }
    let reason = NoVerdict.tooFewProcesses(found: 1, needed: 3).description
    #expect(reason.hasPrefix("no verdict from 1 process: it takes 3 "))
    #expect(!reason.contains("\n"))
    #expect("\(NoVerdict.tooFewProcesses(found: 2, needed: 3))".contains("from 2 processes:"))
  }

  @Test(
    "The fewest processes keep the chance of the worst placement at or below the rate",
    arguments: [0.9, 0.25, 0.05, 0.025, 1.0 / 64, 0.015, 0.01, 0.001, 1e-6]
  )
  func fewestProcessesByRate(rate: Double) {
    let fewest = VerdictRule(falseDiscoveryRate: rate).fewestProcesses
    #expect(fewest >= 3)
    #expect(pow(0.25, Double(fewest)) <= rate)
    #expect(fewest == 3 || pow(0.25, Double(fewest - 1)) > rate)
  }

  @Test("Arms without a verdict do not count in the false-discovery control")
  func unjudgedArms() throws {
    let arm = try estimate(0.5)
    let unjudged = try estimate(0, width: 0.2, processes: 2)
    let arms = Array(repeating: unjudged, count: 500) + [arm, unjudged]
    let verdicts = VerdictRule().verdicts(for: arms.map { ($0, 0.999...1.001) })
    #expect(verdicts[500] == .success(.slower))
    let unjudgedCount = verdicts.count { (try? $0.get()) == nil }
    #expect(unjudgedCount == 501)
  }
}
