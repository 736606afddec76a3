import Glibc
import Measurement
import Testing

@Suite("VerdictRule")
struct VerdictRuleTests {
  /// An estimate from twelve groups within +-`width` of `centre` on the log scale.
  private func estimate(_ centre: Double, width: Double = 0.002) throws -> PairedEstimate {
    try PairedEstimate(
      (0..<12).map { block in
        PairedRound(
          process: 0,
          layout: 0,
          block: block,
          logRatio: centre + width * (Double(block) - 5.5) / 5.5
        )
      }
    )
  }

  private func verdict(
    _ estimate: PairedEstimate,
    nullInterval: ClosedRange<Double> = 0.999...1.001
  ) -> Verdict {
    VerdictRule().verdicts(for: [(estimate, nullInterval)])[0]
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
    #expect(verdict(between, nullInterval: nullInterval) == .unresolved)
  }

  @Test("The same arm is called among few arms and not as the only one among many")
  func falseDiscovery() throws {
    let arm = try estimate(0.5)
    let nothing = try estimate(0, width: 0.2)
    #expect(isClose(arm.pDifference, 2 / 4096))
    func verdict(among others: Int) -> Verdict {
      let arms = [arm] + Array(repeating: nothing, count: others)
      return VerdictRule().verdicts(for: arms.map { ($0, 0.999...1.001) })[0]
    }
    #expect(verdict(among: 101) == .slower)
    #expect(verdict(among: 102) == .unresolved)
  }

  @Test("Verdicts come in the order of the arms, and no arms get none")
  func order() throws {
    let arms = [try estimate(0), try estimate(0.5), try estimate(-0.5), try estimate(0, width: 1)]
    let verdicts = VerdictRule().verdicts(for: arms.map { ($0, 0.999...1.001) })
    #expect(verdicts == [.same, .slower, .faster, .unresolved])
    #expect(VerdictRule().verdicts(for: []) == [])
  }

  @Test("Margin, confidence and rate are those of the rule")
  func parameters() throws {
    let wide = VerdictRule(margin: 0.3)
    #expect(try wide.verdicts(for: [(estimate(0, width: 0.2), 0.999...1.001)]) == [.same])
    let strict = VerdictRule(falseDiscoveryRate: 0.0001)
    #expect(try strict.verdicts(for: [(estimate(0.5), 0.999...1.001)]) == [.unresolved])
    let rounds = (0..<12).map {
      PairedRound(process: 0, layout: 0, block: $0, logRatio: Double($0))
    }
    let sure = try PairedEstimate(rounds, rule: VerdictRule(confidence: 0.99))
    #expect(sure.interval == exp(1)...exp(10))
    #expect(sure.coverage >= 0.99)
  }
}
