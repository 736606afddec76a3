import Host
import TestSupport
import Testing

@testable import Results

@Suite("Comparison")
struct ComparisonTests {
  private func comparison(
    _ old: ClosedRange<Double>,
    _ new: ClosedRange<Double>,
    null: ClosedRange<Double> = 0.99...1.01
  ) throws -> Comparison {
    var current = SummaryRow.sample(ratio: new)
    current.nullLo = null.lowerBound
    current.nullHi = null.upperBound
    let baseline = SummaryRow.sample("fakehead", ratio: nil)
    return try Comparison(
      baseline: .sample([baseline, .sample(ratio: old)]),
      current: .sample([baseline, current])
    )
  }

  @Test("A ratio that rose beyond both intervals and the noise is a regression")
  func regression() throws {
    let comparison = try comparison(0.13...0.15, 0.20...0.22)
    #expect(comparison.hasRegression)
    #expect(
      comparison.render() == """
        Worse than in the baseline run:
          mask against fakehead, compound_head throughput, order 9, mixed (50 % tail, random), \
        1 folio, HVO elsewhere, walk, mapped 2m: 0.14x [0.13, 0.15] -> 0.21x [0.20, 0.22], +50.0 %

        Times: 1 worse, 0 better, 0 unchanged.
        Code of timed loops: not compared, no codegen.csv in run and run.

        """
    )
  }

  @Test("A ratio that fell beyond both intervals and the noise is an improvement")
  func improvement() throws {
    let comparison = try comparison(0.20...0.22, 0.13...0.15)
    #expect(!comparison.hasRegression)
    #expect(comparison.improvements.count == 1)
    #expect(comparison.render().hasPrefix("Better than in the baseline run:\n"))
  }

  @Test("Overlapping intervals are no change, however far apart the ratios are")
  func overlap() throws {
    let comparison = try comparison(0.10...0.20, 0.19...0.50)
    #expect(comparison.changes.map(\.kind) == [.unchanged])
    #expect(comparison.render().hasPrefix("Times: 0 worse, 0 better, 1 unchanged.\n"))
  }

  @Test("A change within the noise of both runs is none, even where intervals are narrow")
  func noise() throws {
    // Quotients of ratios from 0.99...1.01 reach 1.02.
    #expect(try comparison(1.000...1.000, 1.020...1.020).changes.map(\.kind) == [.unchanged])
    #expect(try comparison(1.000...1.000, 1.021...1.021).changes.map(\.kind) == [.worse])
    #expect(try comparison(1.000...1.000, 0.981...0.981).changes.map(\.kind) == [.unchanged])
    #expect(try comparison(1.000...1.000, 0.980...0.980).changes.map(\.kind) == [.better])
  }

  @Test("A twin that was off to one side widens the noise to that side")
  func biasedTwin() throws {
    let biased = try comparison(1.00...1.00, 1.08...1.08, null: 1.05...1.10)
    #expect(biased.changes.map(\.kind) == [.unchanged])
  }

  @Test("Two equal runs show no change")
  func equalRuns() throws {
    let rows = (0..<50).map { SummaryRow.sample(cell: $0, ratio: 0.5...0.6) }
      .enumerated().map { index, row in
        var row = row
        row.order = index
        return row
      }
    let comparison = try Comparison(baseline: .sample(rows), current: .sample(rows))
    #expect(comparison.changes.count == 50)
    #expect(comparison.changes.allSatisfy { $0.kind == .unchanged && $0.factor == 1 })
  }

  @Test("Cells in one run only are counted, and named when asked")
  func oneSided() throws {
    var old = SummaryRow.sample()
    old.order = 4
    var new = SummaryRow.sample()
    new.threads = 2
    let comparison = try Comparison(
      baseline: .sample([.sample(), old]),
      current: .sample([new, .sample(cell: 77)])
    )
    #expect(comparison.onlyInBaseline == [old])
    #expect(comparison.onlyInCurrent == [new])
    let counts =
      "Times: 0 worse, 0 better, 1 unchanged, 1 only in the baseline run, "
      + "1 only in the current run.\n"
    #expect(comparison.render().hasPrefix(counts))
    let verbose = comparison.render(verbose: true)
    #expect(verbose.contains("Only in the baseline run:\n  mask against fakehead, "))
    #expect(verbose.contains("mapped 2m, 2 threads\n"))
    #expect(verbose.contains("\n\n" + counts))
  }

  @Test("A cell without an interval is not judged")
  func unjudged() throws {
    var row = SummaryRow.sample()
    row.nullLo = nil
    let comparison = try Comparison(baseline: .sample([.sample()]), current: .sample([row]))
    #expect(comparison.changes.isEmpty)
    #expect(comparison.unjudged == [row])
    #expect(comparison.render().hasPrefix("Times: 0 worse, 0 better, 0 unchanged, 1 not judged.\n"))
  }

  @Test("A run that was cut short is not compared, unless that is asked for")
  func cutShort() throws {
    let cut = Run.sample([.sample()], status: .interrupted)
    let whole = Run.sample([.sample()])
    for (baseline, current) in [(cut, whole), (whole, cut)] {
      let error = #expect(throws: ResultsError.self) {
        try Comparison(baseline: baseline, current: current)
      }
      #expect(error == .notComplete(path: "run", status: .interrupted))
      #expect(error?.exitCode == 69)
      #expect(
        try !Comparison(baseline: baseline, current: current, acceptsCut: true).hasRegression)
    }
  }

  @Test("Runs of different machines are not compared, and the fields are told")
  func machinesDiffer() {
    var machine = Machine.sample
    machine.logicalCPUs = 64
    machine.stepping = 1
    let error = #expect(throws: ResultsError.self) {
      try Comparison(
        baseline: .sample([.sample()]),
        current: .sample([.sample()], machine: machine)
      )
    }
    #expect(error?.exitCode == 69)
    #expect(
      error?.description == """
        not comparable, the machines differ: \
        stepping: unknown in the baseline, 1 in the current run; \
        logical CPUs: 2 in the baseline, 64 in the current run; measure both runs on one machine
        """
    )
  }

  @Test("Runs without a common cell are not compared; the baseline's own rows are none")
  func nothingMatches() {
    var other = SummaryRow.sample()
    other.mode = "latency"
    let own = SummaryRow.sample("fakehead", ratio: nil)
    let error = #expect(throws: ResultsError.self) {
      try Comparison(baseline: .sample([own, .sample()]), current: .sample([own, other]))
    }
    #expect(error == .nothingMatches(baseline: "run", current: "run"))
    #expect(error?.exitCode == 69)
  }
}
