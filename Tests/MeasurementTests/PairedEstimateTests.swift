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

  @Test("Ratio, widened interval, p-value and each layout's answer are those of SciPy and NumPy")
  func reference() throws {
    for reference in Reference.values.estimates {
      let estimate = try PairedEstimate(reference.pairedRounds)
      #expect(reference.logRatio.matches(estimate.logRatio))
      #expect(isClose(estimate.ratio, exp(reference.logRatio.median)))
      #expect(isClose(estimate.lower, exp(reference.logRatio.lower)))
      #expect(isClose(estimate.upper, exp(reference.logRatio.upper)))
      #expect(estimate.logRatio.rounds == reference.rounds.count)
      #expect(estimate.byLayout.map(\.layout) == Array(reference.byLayout.indices))
      for (layout, expected) in zip(estimate.byLayout, reference.byLayout) {
        #expect(isClose(layout.ratio, exp(expected.median)))
        #expect((layout.interval == nil) == (expected.lower == nil))
        if let interval = layout.interval, let lower = expected.lower, let upper = expected.upper {
          #expect(isClose(interval.lowerBound, exp(lower)))
          #expect(isClose(interval.upperBound, exp(upper)))
        }
      }
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
    #expect((estimate.logRatio.replicates, estimate.logRatio.rounds) == (6, 600))
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
      #expect(estimate.logRatio.upper >= Statistics.median(spread(about: 0.3)) - 1e-12)
      // Fewer than six leave open whether more would differ as much to the other side.
      #expect((estimate.lower > exp(-0.0051)) == (count >= 6), "\(count) processes")
      #expect(estimate.logRatio.processes == count)
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
    #expect(isClose(estimate.logRatio.lower, Statistics.median(spread(about: -0.3))))
    #expect(estimate.upper < exp(0.005))
    #expect(estimate.logRatio.layouts == 4)
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
    #expect(isClose(estimate.logRatio.coverage, 1 - 2 * 79 / 4096))
    #expect(isClose(estimate.lower, exp(spread(about: 0)[2])))
    #expect(isClose(estimate.upper, exp(spread(about: 0)[9])))
  }

  @Test("The p-value is the sign test's where processes agree, and the t test's where they do not")
  func pDifference() throws {
    func p(_ processes: [[Double]]) throws -> Double {
      try PairedEstimate(rounds(processes.map { [$0] })).pDifference
    }
    let near = [0.0101, 0.0102, 0.0103].map { centre in [-0.001, 0.001].map { centre + $0 } }
    #expect(try isClose(p(near), 2 / 64))
    // All signs alike, of twelve groups; but three processes at distances of 1 to 2 to 9.
    let far = [0.01, 0.02, 0.09].map { centre in [-0.001, 0, 0.001, 0].map { centre + $0 } }
    #expect(try isClose(p(far), Statistics.studentTTest([0.01, 0.02, 0.09])!))
    #expect(try p(far) > 0.2)
    // One process speaks for itself only.
    #expect(try p([far.joined().map { $0 }]) == 1)
    #expect(try p([[0, 0, 0], [0, 0, 0]]) == 1)
  }

  @Test("Layouts that disagree have an answer each, where one interval holds them all")
  func byLayout() throws {
    let estimate = try PairedEstimate(
      rounds((0..<6).map { process in [0.08, 0.04].map { [$0 + 0.001 * Double(process)] } }))
    #expect(estimate.byLayout.map(\.layout) == [0, 1])
    #expect(isClose(log(estimate.byLayout[0].ratio), 0.0825))
    #expect(isClose(log(estimate.byLayout[1].ratio), 0.0425))
    let intervals = estimate.byLayout.compactMap(\.interval)
    #expect(intervals[0].lowerBound > intervals[1].upperBound)
    #expect(intervals.allSatisfy { $0.lowerBound > 1 })
    #expect(estimate.interval.contains(estimate.byLayout[0].ratio))
    #expect(estimate.interval.contains(estimate.byLayout[1].ratio))
  }

  @Test("One layout's own answer is the whole answer, and one process with few groups has none")
  func byOneLayout() throws {
    let whole = try PairedEstimate(rounds([[spread(about: 0)], [spread(about: 0.1)]]))
    #expect(whole.byLayout.map(\.interval) == [whole.interval])
    let three = Array(spread(about: 0)[..<3])
    let single = try PairedEstimate(rounds([[three, three]]))
    #expect(single.byLayout.map(\.interval) == [nil, nil])
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
    /// Of three processes that take turns.
    func inTurn(_ values: [Double]) -> [PairedRound] {
      rounds((0..<3).map { first in [stride(from: first, to: 12, by: 3).map { values[$0] }] })
    }
    let smallest = try PairedEstimate(inTurn(values)).smallestEffect(above: nullInterval)
    #expect(smallest > 1 / 0.99 - 1)

    func verdict(effect: Double, _ shape: [Double]) throws -> Verdict {
      let centre = Statistics.median(shape)
      let shifted = inTurn(shape.map { $0 - centre + log(1 + effect) })
      return try VerdictRule().verdicts(
        for: [(try PairedEstimate(shifted), nullInterval)]
      )[0].get()
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
