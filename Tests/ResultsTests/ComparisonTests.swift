import Host
import SystemPackage
import TestSupport
import Testing

@testable import Results

@Suite("Comparison")
struct ComparisonTests {
  private func comparison(
    _ old: ClosedRange<Double>, _ new: ClosedRange<Double>, options: Comparison.Options = .init(),
    noise: Double? = nil
  ) throws -> Comparison {
    let baseline = SummaryRow.sample("fakehead", ratio: nil)
    return try Comparison(
      baseline: .sample([baseline, .sample(ratio: old)], noise: noise),
      current: .sample([baseline, .sample(ratio: new)], noise: 0.2), options: options)
  }

  private let name = "compound_head.throughput.o9.mixed50-random.one.hvo_elsewhere.2m.walk/mask"

  @Test("A ratio that rose beyond both intervals is suspected, named first, and not red")
  func regression() throws {
    let comparison = try comparison(0.13...0.15, 0.20...0.22)
    #expect(!comparison.hasRegression && comparison.result == .suspected)
    #expect(comparison.suspects.map(\.name) == [name])
    let text = comparison.render()
    #expect(
      text.hasPrefix(
        "suspected, not confirmed: 1 of 1 timed comparison may have got slower (worst +50.0 %)"))
    #expect(text.contains("compound_head.throughput, mask / fakehead\n"))
    #expect(text.contains("0.14x [0.13, 0.15]  0.21x [0.20, 0.22]  +50.0 %"))
    #expect(text.contains("\nagain on this machine:\n  bench replay run 2\n"))
  }

  @Test("A ratio that fell beyond both intervals is an improvement")
  func improvement() throws {
    let comparison = try comparison(0.20...0.22, 0.13...0.15)
    #expect(comparison.suspects.isEmpty && comparison.result == .ok)
    #expect(comparison.improvements.count == 1)
    #expect(comparison.render().contains("\nFaster: 1\n"))
  }

  @Test("What intervals explain is no change, however far apart the ratios are")
  func overlap() throws {
    let comparison = try comparison(0.10...0.20, 0.15...0.30)
    #expect(comparison.changes.count == 1 && comparison.suspects.isEmpty)
    #expect(comparison.render().hasPrefix("ok: none of 1 timed comparison is shown to be slower\n"))
  }

  @Test("A change below the base's noise floor, or the threshold, is none; the head's says nothing")
  func floor() throws {
    #expect(try comparison(1.000...1.000, 1.008...1.008).suspects.count == 1)
    #expect(try comparison(1.000...1.000, 1.008...1.008, noise: 0.0079).suspects.count == 1)
    #expect(try comparison(1.000...1.000, 1.008...1.008, noise: 0.0081).suspects.isEmpty)
    var options = Comparison.Options()
    options.threshold = 0.05
    #expect(try comparison(1.00...1.00, 1.049...1.049, options: options).suspects.isEmpty)
    let above = try comparison(1.00...1.00, 1.051...1.051, options: options)
    #expect(above.suspects.count == 1)
    #expect(above.remarks.contains("changes below 5.0 % are not told: --threshold"))
    let error = #expect(throws: ResultsError.self) {
      try comparison(1...1, 2...2, noise: 0.26)
    }
    #expect(error?.exitCode == 69)
  }

  @Test("What all arms have in common is no scatter: a slow-down of everything is suspected")
  func everythingSlower() throws {
    let path = try #require(PublishedRun.paths.first { $0.string.hasSuffix("zen5-2c") })
    let run = try Run.load(path)
    let slower = run.summary.map { row in
      var row = row
      for column in [\SummaryRow.ratio, \.ratioLo, \.ratioHi] { row[keyPath: column]? *= 1.5 }
      for column in [\SummaryRow.differenceNS, \.differenceLo, \.differenceHi] {
        row[keyPath: column] = nil
      }
      for column in [
        \SummaryRow.differenceCycles, \.differenceCyclesLo, \.differenceCyclesHi,
      ] { row[keyPath: column] = nil }
      return row
    }
    let all = Run(path: run.path, meta: run.meta, summary: slower)
    var options = Comparison.Options()
    options.isLiberal = true
    let comparison = try Comparison(baseline: run, current: all, options: options)
    let arms = comparison.suspects.filter { !$0.isBaselineArm }
    #expect(10 * arms.count > 9 * comparison.changes.count, "\(arms.count)")
  }

  @Test("Two equal runs show no change")
  func equalRuns() throws {
    let rows = (0..<50).map { index in
      var row = SummaryRow.sample(cell: index, ratio: 0.5...0.6)
      row.order = index
      return row
    }
    let comparison = try Comparison(baseline: .sample(rows), current: .sample(rows))
    #expect(comparison.changes.count == 50)
    #expect(comparison.changes.allSatisfy { $0.distance == 0 && $0.factor == 1 })
    #expect(comparison.inflation == 1)
  }

  // MARK: Differences, and whose time moved

  /// A cell's baseline and arms: cycles of each, with intervals of 0.4 % and 0.02 cycles.
  private func rows(cell: Int = 1, _ times: KeyValuePairs<String, Double>, empty: Double = 0.5)
    -> [SummaryRow]
  {
    let baseline = times[0].value
    return times.map { arm, cycles in
      let ratio = cycles / baseline
      var row = SummaryRow.sample(
        arm, cell: cell, ratio: arm == times[0].key ? nil : ratio * 0.998...ratio * 1.002)
      row.baseline = times[0].key
      row.order = cell
      row.cycles = cycles
      row.nsPerOp = cycles / 4
      row.nsNet = (cycles - empty) / 4
      (row.nullLo, row.nullHi) = (0.999, 1.001)
      guard arm != times[0].key else { return row }
      row.differenceCycles = cycles - baseline
      row.differenceCyclesLo = cycles - baseline - 0.01
      row.differenceCyclesHi = cycles - baseline + 0.01
      return row
    }
  }

  private func compare(
    _ old: KeyValuePairs<String, Double>, _ new: KeyValuePairs<String, Double>, empty: Double = 0.5,
    options: Comparison.Options = .init(), code: (old: [CodegenRow], new: [CodegenRow])? = nil
  ) throws -> Comparison {
    try Comparison(
      baseline: .sample((0..<4).flatMap { rows(cell: $0, old) }),
      current: .sample((0..<4).flatMap { rows(cell: $0, new, empty: empty) }), options: options,
      code: code)
  }

  @Test("A cycle more in the shell of all arms: ratios go to 1, and nothing is worse or better")
  func shell() throws {
    let comparison = try compare(
      ["fakehead": 2, "mask": 3, "pointer": 1.5], ["fakehead": 3, "mask": 4, "pointer": 2.5],
      empty: 1.5)
    #expect(comparison.suspects.isEmpty && comparison.improvements.isEmpty)
    #expect(comparison.ownTimes.haveMoved && comparison.ownTimes.slower == 4)
    let text = comparison.render()
    #expect(text.hasPrefix("ok: "))
    #expect(
      text.contains("the harness or the machine changed") && text.contains("empty loop +1.00"))
  }

  @Test("An arm that moved some more than all others with the shell is not blamed")
  func shellAndMore() throws {
    let comparison = try compare(
      ["fakehead": 2, "mask": 1, "pointer": 1.5], ["fakehead": 3, "mask": 2.3, "pointer": 2.5],
      empty: 1.5)
    #expect(comparison.suspects.isEmpty)
    #expect(comparison.notBlamed.map(\.current.arm) == ["mask", "mask", "mask", "mask"])
  }

  @Test(
    "An arm is not blamed for work that its baseline's loop has more of as well; for any other it is",
    arguments: [
      ([16], [16], true), ([16, 16], [16, 16], true), ([16], [17], false),
      ([16, 16], [16, 17], false),
      ([16, 0], [16, 0], false), ([0], [16], false), ([0], [0], false),
    ])
  func sharedWork(baseline: [Int], arm: [Int], isShared: Bool) throws {
    func copies(_ arm: String, _ more: [Int]) -> [CodegenRow] {
      more.enumerated().map { layout, more in
        var row = CodegenRow.sample(arm, layout: layout)
        row.symbol = row.symbol.replacing("__latency__", with: "__throughput__")
        row.instructions += more
        return row
      }
    }
    let none = [Int](repeating: 0, count: arm.count)
    let comparison = try compare(
      ["fakehead": 2, "mask": 3], ["fakehead": 2.01, "mask": 3.5],
      code: (
        copies("fakehead", none) + copies("mask", none),
        copies("fakehead", baseline) + copies("mask", arm)
      ))
    #expect(!comparison.ownTimes.haveMoved)
    #expect(comparison.suspects.isEmpty == isShared && comparison.notBlamed.isEmpty != isShared)
    #expect(
      comparison.remarks.contains {
        $0.hasPrefix("the harness changed: 4 rows moved whose loop and its baseline's")
      } == isShared)
    #expect(try comparison.json().contains("\"harness_moved\" : \(isShared)"))
  }

  @Test("Nor is a baseline that hides less of it than all others")
  func sharedWorkOfTheBaseline() throws {
    func code(_ more: Int) -> [CodegenRow] {
      ["fakehead", "mask"].map { arm in
        var row = CodegenRow.sample(arm)
        row.symbol = row.symbol.replacing("__latency__", with: "__throughput__")
        row.instructions += more
        return row
      }
    }
    let (old, new): (KeyValuePairs<String, Double>, KeyValuePairs<String, Double>) = (
      ["fakehead": 2, "mask": 3], ["fakehead": 2.6, "mask": 3.05]
    )
    #expect(
      try compare(old, new, code: (code(0), code(0))).suspects.map(\.isBaselineArm)
        == [true, true, true, true])
    #expect(try compare(old, new, code: (code(0), code(16))).suspects.isEmpty)
  }

  @Test("A cycle more in one arm is suspected in that arm, by ratio and difference")
  func arm() throws {
    let comparison = try compare(
      ["fakehead": 2, "mask": 3, "pointer": 1.5], ["fakehead": 2, "mask": 4, "pointer": 1.5])
    #expect(Set(comparison.suspects.map(\.current.arm)) == ["mask"])
    #expect(comparison.suspects.count == 4 && !comparison.ownTimes.haveMoved)
    #expect(comparison.suspects.allSatisfy { abs(($0.shift ?? 0) - 1) < 1e-9 })
  }

  @Test("A cycle more in the baseline is its own doing, and the others did not get better by it")
  func baselineArm() throws {
    let comparison = try compare(
      ["fakehead": 2, "mask": 3, "pointer": 1.5], ["fakehead": 3, "mask": 3, "pointer": 1.5])
    #expect(comparison.suspects.map(\.current.arm) == .init(repeating: "fakehead", count: 4))
    #expect(comparison.suspects.allSatisfy { $0.isBaselineArm })
    #expect(comparison.improvements.isEmpty)
    #expect(comparison.render().contains("compound_head.throughput, fakehead, its own time\n"))
  }

  @Test("A baseline that got faster is no fault of the others")
  func fasterBaseline() throws {
    let comparison = try compare(
      ["fakehead": 3, "mask": 3, "pointer": 1.5], ["fakehead": 2, "mask": 3, "pointer": 1.5])
    #expect(comparison.suspects.isEmpty && comparison.notBlamed.count == 8)
  }

  @Test("Where most rows moved farther than their intervals say, all intervals are too narrow")
  func inflation() throws {
    func run(_ shift: (Int, String) -> Double) -> Run {
      .sample(
        (0..<40).flatMap { cell in
          rows(
            cell: cell,
            [
              "fakehead": 2, "mask": 3 + shift(cell, "mask"),
              "pointer": 1.5 + shift(cell, "pointer"),
            ])
        })
    }
    let quiet = run { _, _ in 0 }
    let one = try Comparison(baseline: quiet, current: run { $1 == "mask" ? 0.1 : 0 })
    #expect(one.inflation == 1 && one.suspects.count == 40)
    let wild = try Comparison(
      baseline: quiet, current: run { cell, arm in (cell % 2 == 0 ? 1 : -1) * 0.05 })
    #expect(wild.inflation > 5 && wild.suspects.isEmpty)
  }

  @Test(
    "Where copies of a loop differ, each beside itself tells what all together do not; to suspect only"
  )
  func layouts() throws {
    try withTemporaryDirectory { root in
      func run(_ factor: Double) throws -> Run {
        var meta = Meta.sample
        let directory = try RunDirectory.create(in: root, for: &meta)
        let row = SummaryRow.sample(ratio: 0.9 * factor...1.3 * factor)
        try directory.writeSummary([.sample("fakehead", ratio: nil), row])
        try directory.writeLayouts(
          [0.9, 1.0, 1.2, 1.3].enumerated().map { layout, ratio in
            LayoutRow(
              cell: 1, arm: "mask", layout: layout, ratio: ratio * factor,
              interval: ratio * factor * 0.99...ratio * factor * 1.01)
          })
        meta.status = .complete
        meta.rows = Meta.Rows(summary: 2, samples: 0)
        try directory.write(meta)
        return try Run.load(directory.path)
      }
      var liberal = Comparison.Options()
      liberal.isLiberal = true
      let (old, same, new) = (try run(1), try run(1), try run(1.03))
      #expect(try Comparison(baseline: old, current: new).suspects.isEmpty)
      let suspects = try Comparison(baseline: old, current: new, options: liberal).suspects
      #expect(suspects.map(\.name) == [name])
      #expect(try Comparison(baseline: old, current: same, options: liberal).suspects.isEmpty)
      #expect(try Comparison(baseline: new, current: old, options: liberal).suspects.isEmpty)
    }
  }

  // MARK: What can't be judged

  @Test("Cells in one run only are counted, and named when asked")
  func oneSided() throws {
    var old = SummaryRow.sample()
    old.order = 4
    var new = SummaryRow.sample()
    new.threads = 2
    let comparison = try Comparison(
      baseline: .sample([.sample(), old]), current: .sample([new, .sample(cell: 77)]))
    #expect(comparison.onlyInBaseline == [old])
    #expect(comparison.onlyInCurrent == [new])
    let counts = "\ntimes: 0 slower, 0 suspected, 0 faster, 1 unchanged\n"
    #expect(comparison.render().contains(counts))
    for style in Comparison.Style.allCases {
      let text = try comparison.render(style)
      #expect(text.contains("not compared: 1 only in the base; 1 only in the head"))
    }
    let all = comparison.render(all: true)
    #expect(all.contains("Only in the base: 1\n  compound_head.throughput.o4."))
    #expect(all.contains(".walk.t2/mask\n") && all.contains(counts))
  }

  @Test(
    "A row of two processes, or without an interval, is not judged; a run of such rows is refused")
  func unjudged() throws {
    var few = SummaryRow.sample()
    few.processes = 2
    var bare = SummaryRow.sample(ratio: nil)
    bare.arm = "mask"
    for row in [few, bare] {
      var other = SummaryRow.sample()
      other.order = 3
      let comparison = try Comparison(
        baseline: .sample([.sample(), other]), current: .sample([row, other]))
      #expect(comparison.changes.count == 1)
      #expect(comparison.unjudged == [row])
      #expect(
        comparison.remarks.contains {
          $0.hasPrefix("not compared: 1 not judged, too few processes or no interval")
        }, "\(comparison.remarks)")
      var options = Comparison.Options()
      options.required = [.times]
      let lost = #expect(throws: ResultsError.self) {
        try Comparison(
          baseline: .sample([.sample(), other]), current: .sample([row, other]), options: options)
      }
      #expect(lost?.exitCode == 69 && lost?.description.contains("1 time of the base") == true)
      let error = #expect(throws: ResultsError.self) {
        try Comparison(baseline: .sample([.sample()]), current: .sample([row]))
      }
      #expect(error?.exitCode == 69)
      #expect(error?.description.contains("3 processes") == true, "\(error?.description ?? "")")
    }
  }

  @Test("A run that was cut short is not compared, unless that is asked for")
  func cutShort() throws {
    let cut = Run.sample([.sample()], status: .interrupted)
    let whole = Run.sample([.sample()])
    var options = Comparison.Options()
    options.acceptsCut = true
    for (baseline, current) in [(cut, whole), (whole, cut)] {
      let error = #expect(throws: ResultsError.self) {
        try Comparison(baseline: baseline, current: current)
      }
      #expect(error == .notComplete(path: "run", status: .interrupted))
      #expect(error?.exitCode == 69)
      #expect(try Comparison(baseline: baseline, current: current, options: options).result == .ok)
    }
  }

  @Test("A run without rows is told as that, not as one of other cells")
  func noRows() throws {
    let empty = Run.sample([], status: .failed)
    var options = Comparison.Options()
    options.acceptsCut = true
    for (baseline, current) in [(empty, Run.sample([.sample()])), (.sample([.sample()]), empty)] {
      let error = #expect(throws: ResultsError.self) {
        try Comparison(baseline: baseline, current: current, options: options)
      }
      #expect(error?.exitCode == 69)
      #expect(
        error?.description.contains("run has no times: it is failed; measure it again") == true,
        "\(error?.description ?? "")")
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

  @Test("A debug build's run is not compared with another's, but with one of its kind")
  func debugBuilds() throws {
    let (release, debug) = (Run.sample([.sample()]), Run.sample([.sample()]).ofDebugBuild)
    for (baseline, current) in [(debug, release), (release, debug)] {
      let error = #expect(throws: ResultsError.self) {
        try Comparison(baseline: baseline, current: current)
      }
      #expect(error?.exitCode == 69)
      #expect(
        error?.description.hasPrefix(
          "not comparable: run is of a debug build, the other one is not")
          == true, "\(error?.description ?? "")")
    }
    let comparison = try Comparison(baseline: debug, current: debug)
    #expect(comparison.render().contains(", debug build\n"))
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

  // MARK: Exceptions

  @Test("A name that is accepted may get worse, with its reason; one that is ignored is left out")
  func exceptions() throws {
    var options = Comparison.Options()
    options.accepted = try Exceptions(
      "# why\n\ncompound_head.*.hvo_elsewhere.*/mask  known\n", path: "file")
    let accepted = try comparison(0.13...0.15, 0.20...0.22, options: options)
    #expect(accepted.result == .ok && accepted.unusedExceptions.isEmpty)
    #expect(accepted.render().contains("+50.0 %: known\n"))
    options = Comparison.Options()
    options.ignored = Exceptions([.init(glob: "*.o9.*", reason: "")])
    let error = #expect(throws: ResultsError.self) {
      try comparison(0.13...0.15, 0.20...0.22, options: options)
    }
    #expect(error?.description.contains("all that both runs have is ignored") == true)
    options.ignored = Exceptions([.init(glob: "nonsense*", reason: "")])
    #expect(
      try comparison(1...1, 1...1, options: options).remarks
        .contains("ignored, but there is nothing of that name: nonsense*"))
  }

  @Test("Lines end as they do on any system")
  func lines() throws {
    let exceptions = try Exceptions("# what\r\none because\r\ntwo so\n", path: "file")
    #expect(exceptions.all.map(\.glob) == ["one", "two"])
    #expect(exceptions.all.map(\.reason) == ["because", "so"])
  }

  @Test("Lines may end as on other systems; blanks around a glob and its reason are none of them")
  func lineEnds() throws {
    let lines = try Exceptions(" a  because \t of\r\n\tb so \r\n", path: "accepted")
    #expect(
      lines.all == [.init(glob: "a", reason: "because \t of"), .init(glob: "b", reason: "so")])
  }

  @Test("A glob without a reason is told by file and line", arguments: ["b", "b  ", "b \t\r"])
  func noReason(line: String) {
    let error = #expect(throws: ResultsError.self) {
      try Exceptions("a because\n\(line)\n", path: "accepted")
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.hasPrefix("accepted, line 2: ") == true)
  }

  @Test("What is no file of exceptions is told as such: there is no run to give")
  func noFile() {
    let error = #expect(throws: ResultsError.self) { try Exceptions.load("/dev") }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("/dev: ") == true)
    #expect(error?.description.contains("'GLOB REASON'") == true)
  }

  @Test("Names of rows tell all rows of real runs apart", arguments: PublishedRun.paths)
  func names(path: FilePath) throws {
    let rows = try Run.load(path).summary
    #expect(Set(rows.map(\.stableName)).count == rows.count)
    #expect(rows.allSatisfy { !$0.stableName.contains(where: { " ,#".contains($0) }) })
  }
}

/// The runs that are in this repository.
enum PublishedRun {
  static var paths: [FilePath] {
    let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
      .removingLastComponent().appending("results/published")
    return ((try? folder.names) ?? []).map { folder.appending($0) }
      .filter { (try? $0.appending("summary.csv").text) != nil }
  }
}
