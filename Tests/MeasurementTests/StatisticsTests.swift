import Testing

@testable import Measurement

@Suite("Statistics")
struct StatisticsTests {
  @Test("Medians, quantiles and interquartile ranges are NumPy's")
  func quantiles() {
    for sample in Reference.values.statistics {
      #expect(isClose(Statistics.median(sample.values), sample.median))
      #expect(isClose(Statistics.interquartileRange(sample.values), sample.interquartileRange))
      for quantile in sample.quantiles {
        #expect(isClose(Statistics.quantile(sample.values, quantile.fraction), quantile.value))
      }
    }
  }

  @Test("Binomial tails are those of exact integer arithmetic, up to 100 000 tosses")
  func binomialTails() {
    for tail in Reference.values.binomialTails {
      let log = Statistics.logProbability(ofAtMost: tail.heads, headsIn: tail.tosses)
      // An absolute error of a logarithm is a relative error of the probability.
      let expected = tail.log ?? -.infinity
      #expect(log == expected || abs(log - expected) < 1e-8, "\(tail)")
    }
  }

  @Test("The sign test's p-value is SciPy's binomial test without the zeros")
  func signTest() {
    for sample in Reference.values.statistics {
      #expect(isClose(Statistics.signTest(sample.values), sample.signTest))
    }
    #expect(Statistics.signTest([0, 0, 0]) == 1)
    #expect(Statistics.signTest([]) == 1)
  }

  @Test("Sign-test intervals and their coverage are SciPy's, and nil where SciPy has none")
  func signTestIntervals() {
    for sample in Reference.values.statistics {
      for reference in sample.intervals {
        let interval = Statistics.signTestInterval(
          sample.values,
          confidence: reference.confidence
        )
        #expect(interval?.lower == reference.interval?.lower)
        #expect(interval?.upper == reference.interval?.upper)
        #expect(isClose(interval?.coverage ?? -1, reference.interval?.coverage ?? -1))
      }
    }
  }

  @Test("An interval exists from exactly the fewest values that reach the confidence")
  func fewestValues() {
    #expect(Statistics.fewestValues(confidence: 0.95) == 6)
    for confidence in [0.5, 0.9, 0.9375, 0.95, 0.99, 0.999] {
      let fewest = Statistics.fewestValues(confidence: confidence)
      let values = (0..<fewest).map(Double.init)
      #expect(Statistics.signTestInterval(values, confidence: confidence) != nil)
      #expect(Statistics.signTestInterval(values.dropLast(), confidence: confidence) == nil)
    }
    #expect(Statistics.signTestInterval([]) == nil)
  }

  @Test("A hundred thousand values get an interval of the right ranks")
  func manyValues() throws {
    // For n fair signs the ranks lie 1.96 standard deviations, sqrt(n) / 2 each, off the middle.
    let interval = try #require(Statistics.signTestInterval((0..<100_000).map(Double.init)))
    #expect(abs(interval.lower - (49_999.5 - 309.9)) < 1.5)
    #expect(interval.lower + interval.upper == 99_999)
    #expect((0.95..<0.951).contains(interval.coverage))
  }

  @Test("Student's t is SciPy's, at few degrees of freedom and at many")
  func studentT() {
    for reference in Reference.values.studentT {
      let t = Statistics.studentT(
        confidence: reference.confidence,
        degreesOfFreedom: reference.degreesOfFreedom
      )
      #expect(isClose(t / reference.t, 1), "\(reference)")
    }
  }

  @Test("Student's t intervals are SciPy's, and one value has none")
  func studentTIntervals() {
    for sample in Reference.values.statistics {
      for reference in sample.studentTIntervals {
        let interval = Statistics.studentTInterval(
          sample.values,
          confidence: reference.confidence
        )
        #expect(isClose(interval?.lowerBound ?? .nan, reference.lower))
        #expect(isClose(interval?.upperBound ?? .nan, reference.upper))
      }
    }
    #expect(Statistics.studentTInterval([1]) == nil)
    #expect(Statistics.studentTInterval([]) == nil)
    #expect(Statistics.studentTInterval([2, 2, 2]) == 2...2)
  }

  @Test("Student's t tests are SciPy's, from no difference to a certain one")
  func studentTTest() {
    for sample in Reference.values.statistics {
      let p = Statistics.studentTTest(sample.values)
      #expect((p == nil) == (sample.studentTTest == nil))
      if let p, let expected = sample.studentTTest { #expect(isClose(p, expected)) }
    }
    #expect(Statistics.studentTTest([]) == nil)
    #expect(Statistics.studentTTest([0, 0, 0]) == 1)
    #expect(isClose(Statistics.studentTTest([-1, 1])!, 1))
    #expect(Statistics.studentTTest([2, 2, 2])! < 1e-15)
  }

  @Test("Student's t test of two samples: one-sided, and those above and below add up to 1")
  func studentTTestOfTwo() throws {
    let (low, high) = ([1.0, 2, 3, 4], [3.0, 4, 5, 6])
    // At six degrees of freedom the distribution is a rational function of t's angle.
    #expect(isClose(try #require(Statistics.studentTTest(high, above: low)), 23.0 / 648))
    #expect(isClose(try #require(Statistics.studentTTest(low, above: high)), 625.0 / 648))
    let unequal = try #require(Statistics.studentTTest([1, 2, 3], above: [0, 1, 1, 2, 1]))
    #expect(abs(unequal - 0.0722725613) < 1e-9)
    #expect(Statistics.studentTTest(low, above: low) == 0.5)
    #expect(Statistics.studentTTest([2, 2], above: [1, 1]) == 0)
    #expect(Statistics.studentTTest([2], above: low) == nil)
  }

  @Test("The t test rejects exactly where the t interval leaves out 0")
  func studentTTestAndInterval() throws {
    var generator = SeededGenerator(seed: 4)
    for count in 2...9 {
      for _ in 0..<100 {
        let values = (0..<count).map { _ in 1 + generator.normal() }
        let interval = try #require(Statistics.studentTInterval(values, confidence: 0.9))
        #expect((Statistics.studentTTest(values)! < 0.1) == !interval.contains(0))
      }
    }
  }

  @Test("p-values adjusted for false discovery are SciPy's")
  func benjaminiHochberg() {
    for family in Reference.values.falseDiscovery {
      let adjusted = Statistics.benjaminiHochberg(family.pValues)
      #expect(zip(adjusted, family.adjusted).allSatisfy { isClose($0, $1) })
      #expect(adjusted.count == family.adjusted.count)
    }
    #expect(Statistics.benjaminiHochberg([]) == [])
  }
}
