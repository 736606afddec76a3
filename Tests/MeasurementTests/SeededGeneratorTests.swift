import Testing

@testable import Measurement

@Suite("SeededGenerator")
struct SeededGeneratorTests {
  private let reference = Reference.values.generators

  private func draw(_ count: Int, from generator: SeededGenerator) -> [UInt64] {
    var generator = generator
    return (0..<count).map { _ in generator.next() }
  }

  @Test("SplitMix64 and xoshiro256** give the sequences of their authors' code")
  func publishedSequences() {
    var filler = SplitMix64(state: 1_234_567)
    #expect(reference.splitMix64.allSatisfy { $0 == filler.next() })
    let generator = SeededGenerator(key: 0, state: (1, 2, 3, 4))
    #expect(draw(10, from: generator) == reference.xoshiro256StarStar)
  }

  @Test("A recorded seed and labels give the same numbers for ever")
  func seedsAreStable() {
    let root = SeededGenerator(seed: 7)
    #expect(draw(8, from: root) == reference.seed7)
    #expect(draw(8, from: root.stream(1, 2)) == reference.seed7Stream1Stream2)
    #expect(draw(8, from: root.stream("größe")) == reference.seed7StreamNamed)
  }

  @Test("A stream depends on its labels and not on what was drawn before")
  func streamsIgnorePosition() {
    var used = SeededGenerator(seed: 7)
    for _ in 0..<100 { _ = used.next() }
    #expect(draw(8, from: used.stream(1).stream(2)) == reference.seed7Stream1Stream2)
  }

  @Test("Seeds, labels, their order and their number all tell streams apart")
  func streamsDiffer() {
    var first: Set<UInt64> = []
    var streams = 0
    for seed in 0..<20 as Range<UInt64> {
      let root = SeededGenerator(seed: seed)
      var generators = [root, root.stream("a"), root.stream("b"), root.stream("ab")]
      for label in 0..<20 as Range<UInt64> {
        generators.append(root.stream(label))
        generators += (0..<20).map { root.stream(label, $0) }
      }
      first.formUnion(generators.flatMap { draw(1, from: $0) })
      streams += generators.count
    }
    #expect(first.count == streams)
  }

  @Test("Bounded numbers are below their bound and equally likely", arguments: [1, 2, 3, 7, 10])
  func uniform(bound: Int) {
    var generator = SeededGenerator(seed: 11)
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<10_000 { counts[Int(generator.uniform(below: UInt64(bound)))] += 1 }
    let expected = 10_000 / Double(bound)
    #expect(counts.allSatisfy { abs(Double($0) - expected) < 4.5 * expected.squareRoot() })
  }

  @Test("A bound just above half of all words is met without bias")
  func uniformRejects() {
    // Without drawing again, every second result would come up twice as often as its neighbours.
    var generator = SeededGenerator(seed: 12)
    let bound: UInt64 = 3 << 62
    let results = (0..<6000).map { _ in generator.uniform(below: bound) }
    let multiplesOfThree = results.count { $0.isMultiple(of: 3) }
    #expect(abs(multiplesOfThree - 2000) < 170)
  }

  @Test("A shuffle reaches every order equally often")
  func shuffle() {
    var generator = SeededGenerator(seed: 13)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 {
      var elements = [0, 1, 2]
      generator.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 140 })
    var none: [Int] = []
    generator.shuffle(&none)
    #expect(none.isEmpty)
  }
}
