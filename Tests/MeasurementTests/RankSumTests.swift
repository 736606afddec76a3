import Testing

@testable import Measurement

@Suite("Rank sums")
struct RankSumTests {
  /// The share of all ways to choose as many that rank at least as high, one by one.
  private func counted(_ values: [Double], above others: [Double]) -> Double {
    let all = values + others
    let ranks = all.map { value in
      Double(all.count { $0 < value }) + Double(all.count { $0 == value } + 1) / 2
    }
    let seen = ranks.prefix(values.count).reduce(0, +)
    var (high, ways) = (0.0, 0.0)
    for mask in 0..<(1 << all.count) where mask.nonzeroBitCount == values.count {
      let sum = ranks.indices.reduce(0.0) { $0 + (mask >> $1 & 1 == 1 ? ranks[$1] : 0) }
      ways += 1
      if sum >= seen - 1e-9 { high += 1 }
    }
    return high / ways
  }

  @Test("The test is the share of all ways to draw, ties or not")
  func exact() {
    var generator = SeededGenerator(seed: 5)
    for round in 0..<60 {
      func draw(_ count: Int) -> [Double] {
        (0..<count).map { _ in
          round < 30
            ? Double(Int.random(in: 0..<4, using: &generator))
            : .random(in: 0..<1, using: &generator)
        }
      }
      let (values, others) = (draw(1 + round % 6), draw(1 + round % 5))
      let difference =
        Statistics.rankSumTest(values, above: others) - counted(values, above: others)
      #expect(abs(difference) < 1e-12, "\(values) \(others)")
    }
  }

  @Test("Twelve values above twelve others are one way of 2704156")
  func separated() {
    let others = (0..<12).map(Double.init)
    let p = Statistics.rankSumTest(others.map { $0 + 100 }, above: others)
    #expect(abs(p * 2_704_156 - 1) < 1e-9)
    #expect(Statistics.rankSumTest(others, above: others.map { $0 + 100 }) == 1)
    #expect(Statistics.rankSumTest([], above: others) == 1)
  }

  @Test("The interval of a shift leaves out as many differences as tables say: 37 of 12 times 12")
  func interval() {
    // Differences of 0 to 11 and multiples of 100 are all distinct.
    let others = (0..<12).map { Double($0) }
    let values = (0..<12).map { Double($0) * 100 }
    let differences = values.flatMap { value in others.map { value - $0 } }.sorted()
    let shift = Statistics.shift(of: values, from: others)
    // The critical value of the two-sided test at 5 % is 37: as few pairs or fewer are rejected.
    #expect(shift.interval == differences[37]...differences[143 - 37])
    #expect(shift.median == Statistics.median(differences))
    #expect(Statistics.shift(of: [3], from: [1]).interval == 2...2)
  }

  @Test("The interval of a shift holds the shift in 95 % of draws or more")
  func coverage() {
    var generator = SeededGenerator(seed: 11)
    var held = 0
    for _ in 0..<400 {
      func draw(_ shift: Double) -> [Double] {
        (0..<12).map { _ in
          shift + (0..<6).reduce(0) { sum, _ in sum + .random(in: -1..<1, using: &generator) }
        }
      }
      if Statistics.shift(of: draw(0.7), from: draw(0)).interval.contains(0.7) { held += 1 }
    }
    #expect(held >= 370)
  }

  @Test("Normal values: tables' figures")
  func normal() {
    #expect(abs(Statistics.normalReach(confidence: 0.95) - 1.959963984540054) < 1e-12)
    #expect(abs(Statistics.normalReach(confidence: 0.99) - 2.5758293035489004) < 1e-12)
    #expect(abs(Statistics.normalTest(-3.0) - 0.0026997960632601866) < 1e-15)
  }
}
