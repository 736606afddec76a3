import Glibc
import Measurement
import Testing

@Suite("PairedEstimate")
struct PairedEstimateTests {
  /// One round a group, `values[process][layout]` the groups' values.
  private func rounds(_ values: [[[Double]]]) -> [PairedRound] {
    values.enumerated().flatMap { process, layouts in
      layouts.enumerated().flatMap { layout, blocks in
        blocks.enumerated().map { block, value in
          PairedRound(process: process, layout: layout, block: block, logRatio: value)
        }
      }
    }
  }

  /// Twelve values spread evenly over +-0.005 about `centre`.
  private func spread(about centre: Double) -> [Double] {
    (0..<12).map { centre + (Double($0) - 5.5) / 1100 }
  }

  @Test("Ratio, widened interval and p-value are those of SciPy and NumPy")
  func reference() throws {
    for reference in Reference.values.estimates {
      let estimate = try PairedEstimate(reference.pairedRounds)
      #expect(isClose(estimate.ratio, reference.ratio))
      #expect(isClose(estimate.lower, reference.lower))
      #expect(isClose(estimate.upper, reference.upper))
      #expect(isClose(estimate.pDifference, reference.pDifference))
      #expect(estimate.replicates == reference.replicates)
      #expect(estimate.rounds == reference.rounds.count)
    }
  }

  @Test("Many rounds of one group count once")
  func groupsAreTheReplicates() throws {
    let few = rounds([[[-2, -1, 0, 1, 2, 3]]])
    let many = few.flatMap { Array(repeating: $0, count: 100) }
    let estimate = try PairedEstimate(many)
    let expected = try PairedEstimate(few)
    #expect(estimate.interval == expected.interval)
    #expect(estimate.pDifference == expected.pDifference)
    #expect((estimate.replicates, estimate.rounds) == (6, 600))
  }

  @Test("The order of the rounds does not matter")
  func orderIsIrrelevant() throws {
    var generator = SeededGenerator(seed: 2)
    var rounds = Simulation(layoutEffects: [-0.01, 0.01]).draw(using: &generator)
    let estimate = try PairedEstimate(rounds)
    generator.shuffle(&rounds)
    #expect(try PairedEstimate(rounds) == estimate)
  }

  @Test("One of few processes that differs widens the interval to its own median at least")
  func widensOverFewProcesses() throws {
    for count in 2...8 {
      let agreeing = Array(repeating: [spread(about: 0)], count: count - 1)
      let estimate = try PairedEstimate(rounds(agreeing + [[spread(about: 0.3)]]))
      #expect(estimate.upper >= exp(Statistics.median(spread(about: 0.3))))
      // Fewer than six leave open whether more would differ as much to the other side.
      #expect((estimate.lower > exp(-0.0051)) == (count >= 6), "\(count) processes")
      #expect(estimate.processes == count)
    }
  }

  @Test("The interval narrows as processes that differ become more")
  func narrowsWithProcesses() throws {
    let widths = try [2, 4, 6, 12].map { count in
      let estimate = try PairedEstimate(
        rounds((0..<count).map { [spread(about: $0.isMultiple(of: 2) ? -0.1 : 0.1)] })
      )
      return log(estimate.upper / estimate.lower)
    }
    // Twice Student's t over sqrt(2) and sqrt(4), then the range.
    #expect(isClose(widths[0], 2.541, tolerance: 1e-3))
    #expect(isClose(widths[1], 0.3675, tolerance: 1e-3))
    #expect(widths[2] < 0.22)
    #expect(widths[3] <= widths[2])
  }

  @Test("Of many processes a single stray one does not rule, but two do")
  func widensOverManyProcesses() throws {
    // From nine values on, a sign-test interval at 95 % leaves out one on either side.
    let agreeing = Array(repeating: [spread(about: 0)], count: 9)
    let stray = [spread(about: 0.3)]
    #expect(try PairedEstimate(rounds(agreeing + [stray])).upper < exp(0.0051))
    #expect(try PairedEstimate(rounds(agreeing + [stray, stray])).upper > exp(0.29))
  }

  @Test("A single layout that differs widens the interval to its own median")
  func widensOverLayouts() throws {
    let layouts = [spread(about: 0), spread(about: 0), spread(about: 0), spread(about: -0.3)]
    let estimate = try PairedEstimate(rounds(Array(repeating: layouts, count: 3)))
    #expect(estimate.lower == exp(Statistics.median(spread(about: -0.3))))
    #expect(estimate.upper < exp(0.005))
    #expect(estimate.layouts == 4)
  }

  @Test("Layouts agree on one side of 1 or within the margin, and one layout says nothing")
  func layoutsAgree() throws {
    func agree(_ first: Double, _ second: Double) throws -> Bool? {
      try PairedEstimate(rounds([[spread(about: first), spread(about: second)]])).layoutsAgree
    }
    #expect(try agree(0.1, 0.3) == true)
    #expect(try agree(-0.1, -0.3) == true)
    #expect(try agree(-0.01, 0.01) == true)
    #expect(try agree(-0.03, 0.01) == false)
    #expect(try agree(0.3, -0.1) == false)
    #expect(try PairedEstimate(rounds([[spread(about: 0)]])).layoutsAgree == nil)
  }

  @Test("Layouts that lie on both sides of 1 leave 1 in the interval")
  func disagreementIsNeverACall() throws {
    let estimate = try PairedEstimate(rounds([[spread(about: 0.3), spread(about: -0.1)]]))
    #expect(estimate.interval.contains(1))
  }

  @Test("The interval without widening has the sign test's coverage")
  func coverage() throws {
    let estimate = try PairedEstimate(rounds([[spread(about: 0)]]))
    #expect(isClose(estimate.coverage, 1 - 2 * 79 / 4096))
    #expect(estimate.interval == exp(spread(about: 0)[2])...exp(spread(about: 0)[9]))
  }

  @Test("Too few groups are refused with the number that is needed")
  func tooFewGroups() {
    let error = EstimateError.tooFewGroups(found: 5, needed: 6, confidence: 0.95)
    #expect(throws: error) { try PairedEstimate(rounds([[[1, 2, 3, 4, 5]]])) }
    #expect(error.description.contains("at least 6 groups"))
    #expect(throws: EstimateError.self) { try PairedEstimate([]) }
  }

  @Test("A log ratio that is not finite is refused with where it came from")
  func notFinite() {
    let error = EstimateError.notFinite(
      PairedRound(process: 0, layout: 0, block: 6, logRatio: .infinity)
    )
    #expect(throws: error) { try PairedEstimate(rounds([[[1, 2, 3, 4, 5, 6, .infinity]]])) }
    #expect(error.description.contains("process 0, layout 0, block 6 is inf"))
  }

  @Test("What exceeds the smallest effect, and only that, clears the noise floor")
  func smallestEffect() throws {
    let nullInterval = 0.99...1.003
    // Skewed, so that the two directions differ in reach.
    let values = spread(about: 0).map { $0 > 0 ? 3 * $0 : $0 }
    let smallest = try PairedEstimate(rounds([[values]])).smallestEffect(above: nullInterval)
    #expect(smallest > 1 / 0.99 - 1)

    func verdict(effect: Double, _ shape: [Double]) throws -> Verdict {
      let centre = Statistics.median(shape)
      let shifted = rounds([[shape.map { $0 - centre + log(1 + effect) }]])
      return VerdictRule().verdicts(
        for: [(try PairedEstimate(shifted), nullInterval)]
      )[0]
    }
    let mirrored = values.map { -$0 }
    for shape in [values, mirrored] {
      #expect(try verdict(effect: smallest * 1.0001, shape) == .slower)
      #expect(try verdict(effect: 1 / (1 + smallest * 1.0001) - 1, shape) == .faster)
    }
    #expect(try verdict(effect: smallest * 0.9999, mirrored) != .slower)
    #expect(try verdict(effect: 1 / (1 + smallest * 0.9999) - 1, values) != .faster)
  }
}
