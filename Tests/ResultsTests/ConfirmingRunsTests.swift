import Measurement
import Testing

@testable import Results

@Suite("A second measurement")
struct ConfirmingRunsTests {
  /// Cycles of each arm in one process.
  typealias Times = [String: Double]

  private static let usual: Times = ["fakehead": 2, "mask": 3, "pointer": 1.5]

  /// A run of one process, with times that are off by up to 0.5 %, all alike by as much again.
  private func run(
    _ times: Times, empty: Double, cell: Int, _ generator: inout SeededGenerator, scatter: Double
  ) -> Run {
    let speed = 1 + Double.random(in: -scatter...scatter, using: &generator)
    let cycles = times.mapValues {
      $0 * speed * (1 + Double.random(in: -scatter...scatter, using: &generator))
    }
    let baseline = cycles["fakehead"]!
    return .sample(
      cycles.map { arm, time in
        var row = SummaryRow.sample(arm, cell: cell, ratio: nil)
        row.processes = 1
        row.cycles = time
        row.nsPerOp = time / 4
        row.nsNet = (time - empty) / 4
        if arm != "fakehead" {
          row.ratio = time / baseline
          row.differenceCycles = time - baseline
          (row.nullLo, row.nullHi) = (0.999, 1.001)
        }
        return row
      })
  }

  private func suspect(_ arm: String, accepted: Exceptions = .init()) -> Comparison.Suspect {
    Comparison.Suspect(
      baseline: .sample(arm, cell: 3, ratio: nil), current: .sample(arm, cell: 5, ratio: nil),
      factor: 1.02, p: 0.01, standsOut: false, accepted: accepted)
  }

  private func finding(
    _ arm: String, _ old: Times = usual, new: Times = usual, empty: (Double, Double) = (0.5, 0.5),
    count: Int = ConfirmingRuns.pairs.lowerBound, suspects: Int = 10, floor: Double = 0.005,
    seed: UInt64 = 1, scatter: Double = 0.0025
  ) -> ConfirmingRuns.Finding {
    var generator = SeededGenerator(seed: seed)
    let runs = (0..<count).map { _ in
      (
        run(old, empty: empty.0, cell: 3, &generator, scatter: scatter),
        run(new, empty: empty.1, cell: 5, &generator, scatter: scatter)
      )
    }
    return ConfirmingRuns(
      baseline: runs.map { ($0.0, []) }, current: runs.map { ($0.1, []) }
    )
    .finding(for: suspect(arm), among: suspects, floor: floor)
  }

  @Test("Equal programs: hardly one of 300 is confirmed, whatever the scatter")
  func equal() {
    var confirmed = 0
    for seed in 0..<300 as Range<UInt64> {
      let finding = finding(
        ["mask", "fakehead"][Int(seed % 2)], suspects: 1, floor: 0, seed: seed,
        scatter: [0.001, 0.01, 0.1][Int(seed % 3)])
      if finding.verdict == .confirmed { confirmed += 1 }
    }
    // 0.3 are expected; more than 3 come by chance three times in ten thousand.
    #expect(confirmed <= 3, "\(confirmed)")
  }

  @Test("An arm that takes 2 % more is confirmed, by how much and with an interval that holds it")
  func slower() throws {
    var new = Self.usual
    new["mask"]! *= 1.02
    for seed in 1...20 as ClosedRange<UInt64> {
      let finding = finding("mask", new: new, seed: seed)
      #expect(finding.verdict == .confirmed, "seed \(seed)")
      let factor = try #require(finding.factor)
      #expect(abs(factor - 1.02) < 0.005)
      #expect(finding.factorInterval?.contains(1) == false)
      #expect(abs((finding.shift ?? 0) - 0.06) < 0.02 && finding.unit == .cycles)
      #expect(finding.processes == ConfirmingRuns.pairs.lowerBound)
    }
    #expect(finding("pointer", new: new).verdict == .unconfirmed, "another arm")
    #expect(finding("mask", new, new: Self.usual).verdict == .unconfirmed, "it got faster")
  }

  @Test("Sifting clears nine of ten that are as they were, and keeps what takes more, first")
  func sift() throws {
    func row(_ arm: String, _ cell: Int, _ ratio: ClosedRange<Double>?) -> SummaryRow {
      .sample(arm, cell: cell, ratio: ratio)
    }
    var new = Self.usual
    new["mask"]! *= 1.03
    var generator = SeededGenerator(seed: 5)
    var left = (equal: 0, slower: 0)
    for _ in 0..<100 {
      var comparison = try Comparison(
        baseline: .sample([
          row("fakehead", 3, nil), row("mask", 3, 1.49...1.51), row("pointer", 3, 0.74...0.76),
        ]),
        current: .sample([
          row("fakehead", 5, nil), row("mask", 5, 2.2...2.3), row("pointer", 5, 0.94...0.96),
        ]))
      let names = comparison.suspects.map(\.current.arm)
      try #require(names.sorted() == ["mask", "pointer"])
      let runs = (0..<ConfirmingRuns.siftingPairs).map { _ in
        (
          run(Self.usual, empty: 0.5, cell: 3, &generator, scatter: 0.0025),
          run(new, empty: 0.5, cell: 5, &generator, scatter: 0.0025)
        )
      }
      let places = try comparison.sift([0, 1], baseline: runs.map(\.0), current: runs.map(\.1))
      left.slower += places.first.map { names[$0] == "mask" ? 1 : 0 } ?? 0
      left.equal += places.contains { names[$0] == "pointer" } ? 1 : 0
      let cleared = comparison.suspects.filter(\.isJudged)
      #expect(places.count + cleared.count == 2 && cleared.allSatisfy { !$0.isRed })
    }
    #expect(left.slower == 100 && (1...20).contains(left.equal), "\(left)")
  }

  @Test("What is within the floor is not worse, however sure")
  func floor() {
    var new = Self.usual
    new["mask"]! *= 1.02
    #expect(finding("mask", new: new, floor: 0.05).verdict == .unconfirmed)
  }

  /// Runs in which an arm, or the baseline, takes 2 % more, and copies of the loops are these.
  private func runs(_ arm: String, old: [Double], new: [Double]) -> ConfirmingRuns {
    var times = Self.usual
    times[arm]! *= 1.02
    var generator = SeededGenerator(seed: 3)
    func runs(_ times: Times, _ cell: Int, _ copies: [Double]) -> [(run: Run, layouts: [LayoutRow])]
    {
      (0..<ConfirmingRuns.pairs.lowerBound).map { _ in
        (
          run(times, empty: 0.5, cell: cell, &generator, scatter: 0.0025),
          ["mask", "pointer"].flatMap { arm in
            copies.enumerated().map { layout, ratio in
              LayoutRow(cell: cell, arm: arm, layout: layout, ratio: ratio, interval: nil)
            }
          }
        )
      }
    }
    return ConfirmingRuns(baseline: runs(Self.usual, 3, old), current: runs(times, 5, new))
  }

  private func finding(
    _ arm: String, old: [Double], new: [Double], hasMoreWork: Bool = false
  ) -> ConfirmingRuns.Finding {
    runs(arm, old: old, new: new)
      .finding(for: suspect(arm), among: 10, floor: 0.005, hasMoreWork: hasMoreWork)
  }

  @Test("An arm is not blamed for where the linker put its loop, unless that has more work")
  func placement() {
    // Copies as one program had them, and one in which nothing but other arms' code had changed.
    let (old, new) = ([1.582, 1.391, 1.468, 1.426], [1.588, 1.484, 1.486, 1.479])
    #expect(finding("mask", old: old, new: new).verdict == .placement)
    #expect(finding("mask", old: old, new: new, hasMoreWork: true).verdict == .confirmed)
    let alike = [1.5, 1.501, 1.499, 1.5]
    #expect(finding("mask", old: alike, new: alike.map { $0 * 1.02 }).verdict == .confirmed)
    #expect(finding("mask", old: alike, new: alike.map { $0 * 1.001 }).verdict == .placement)
    #expect(
      finding("mask", old: [1.5], new: [1.53]).verdict == .confirmed, "one place tells nothing")
    #expect(finding("fakehead", old: new, new: old).verdict == .placement)
    #expect(finding("fakehead", old: alike, new: alike.map { $0 / 1.02 }).verdict == .confirmed)
  }

  @Test("Whether its loop has more work is told by the code of the loop that it timed")
  func moreWork() throws {
    let runs = runs("mask", old: [1.582, 1.391, 1.468, 1.426], new: [1.588, 1.484, 1.486, 1.479])
    for (arm, verdict) in [("mask", .confirmed), ("pointer", .placement)]
      as [(String, ConfirmingRuns.Verdict)]
    {
      var loop = CodegenRow.sample(arm)
      loop.symbol = "compound_head__throughput__\(arm)__arm__0"
      var more = loop
      more.instructions += 1
      var comparison = try Comparison(
        baseline: .sample([
          .sample("fakehead", cell: 3, ratio: nil), .sample("mask", cell: 3, ratio: 1.49...1.51),
        ]),
        current: .sample([
          .sample("fakehead", cell: 5, ratio: nil), .sample("mask", cell: 5, ratio: 1.6...1.62),
        ]), code: (old: [loop], new: [more]))
      try #require(comparison.suspects.map(\.current.arm) == ["mask"])
      comparison.confirm([0], by: runs)
      #expect(comparison.suspects[0].finding?.verdict == verdict, "more work in \(arm)")
    }
  }

  @Test("A baseline that got faster is no fault of the arm, and is no regression itself")
  func fasterBaseline() {
    var new = Self.usual
    new["fakehead"] = 1.9
    #expect(finding("mask", new: new).verdict == .baselineFaster)
    #expect(finding("fakehead", new: new).verdict == .unconfirmed)
  }

  @Test(
    "A shell that takes a cycle more blames nobody, not even an arm that lost a little beside it")
  func shell() {
    let new = ["fakehead": 3, "mask": 4.2, "pointer": 2.5]
    #expect(finding("mask", new: new, empty: (0.5, 1.5)).verdict != .confirmed)
    #expect(finding("fakehead", new: new, empty: (0.5, 1.5)).verdict != .confirmed)
    let most = ["fakehead": 2, "mask": 1, "pointer": 1.5]
    #expect(
      finding("mask", most, new: ["fakehead": 3, "mask": 2.2, "pointer": 2.5]).verdict == .shared)
  }

  @Test("An arm that loses more than its baseline, or while its baseline gains, is to blame for it")
  func both() {
    let old = ["fakehead": 20.0, "mask": 30, "pointer": 15]
    let more = ["fakehead": 36.0, "mask": 76, "pointer": 15]
    #expect(finding("mask", old, new: more).verdict == .confirmed)
    let less = ["fakehead": 14.0, "mask": 34, "pointer": 15]
    #expect(finding("mask", old, new: less).verdict == .confirmed)
  }

  @Test("A baseline that takes longer is told by its own time, where others do not")
  func slowerBaseline() throws {
    var new = Self.usual
    new["fakehead"]! *= 1.03
    let finding = finding("fakehead", new: new)
    #expect(finding.verdict == .confirmed)
    #expect(abs(try #require(finding.factor) - 1.03) < 0.005)
    #expect(
      self.finding("fakehead", new: Self.usual.mapValues { $0 * 1.03 }).verdict == .shared)
  }

  @Test("Few runs say nothing")
  func few() {
    #expect(finding("mask", count: 3).verdict == .unmeasured)
    #expect(finding("gone", count: 16).verdict == .unmeasured)
  }

  @Test("What is confirmed is red, and first in the text; what is accepted is not")
  func red() throws {
    func row(_ arm: String, _ cell: Int, _ ratio: ClosedRange<Double>?) -> SummaryRow {
      .sample(arm, cell: cell, ratio: ratio)
    }
    var new = Self.usual
    new["mask"]! *= 1.5
    var generator = SeededGenerator(seed: 9)
    let old = (0..<16).map { _ in
      run(Self.usual, empty: 0.5, cell: 3, &generator, scatter: 0.002)
    }
    let now = (0..<16).map { _ in run(new, empty: 0.5, cell: 5, &generator, scatter: 0.002) }
    func comparison(_ options: Comparison.Options = .init()) throws -> Comparison {
      var comparison = try Comparison(
        baseline: .sample([row("fakehead", 3, nil), row("mask", 3, 1.49...1.51)]),
        current: .sample([row("fakehead", 5, nil), row("mask", 5, 2.2...2.3)]), options: options)
      try comparison.confirm([0], baseline: old, current: now)
      return comparison
    }
    let red = try comparison()
    #expect(red.hasRegression && red.regressions.count == 1 && red.unconfirmed.isEmpty)
    let text = red.render()
    #expect(text.hasPrefix("FAIL: 1 of 1 timed comparison got slower (worst +"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(text)")
    #expect(red.annotations.hasPrefix("::error title=bench compare::FAIL"))
    #expect(red.ktap.contains("\n  not ok 1 o9.mixed50-random.one.hvo_elsewhere.2m.walk/mask # +"))
    #expect(red.ktap.hasSuffix("\nnot ok 1 compound_head.throughput\n"))
    var options = Comparison.Options()
    options.accepted = Exceptions([.init(glob: "*/mask", reason: "known")])
    let accepted = try comparison(options)
    #expect(!accepted.hasRegression && accepted.result == .ok)
    #expect(accepted.ktap.contains(" # XFAIL known\n"))
  }
}
