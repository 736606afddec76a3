import Foundation
import Results
import Testing

extension BenchTests {
  /// `--preset smoke` from its start to its files, measured once for all tests.
  @Suite("A smoke run", .needsProgram)
  struct SmokeRunTests {
    private static let finished = Result { try FinishedRun(["--preset", "smoke"]) }
    private let finished: FinishedRun

    init() throws { finished = try Self.finished.get() }

    @Test("It ends well, in the time that a person waits")
    func ending() throws {
      #expect(finished.ending.status == 0, "\(finished.ending.errors)")
      #expect(finished.run.meta.status == .complete)
      let end = try #require(finished.run.meta.finished)
      let seconds = end.secondsSinceEpoch - finished.run.meta.started.secondsSinceEpoch
      #expect(seconds < 30)
    }

    @Test("It leaves its files, and a link to them")
    func files() {
      #expect(finished.names == [finished.run.meta.runID, "latest"])
      #expect(
        Set(finished.files).isSuperset(of: [
          "codegen.csv", "datapackage.json", "meta.json", "samples.csv", "summary.csv",
          "unmeasured.csv",
        ]))
      #expect(!finished.files.contains { $0.hasPrefix(".") }, "\(finished.files)")
    }

    @Test("What was not measured is told in meta.json and in a table")
    func unmeasured() {
      let lines = finished.unmeasuredText.split(separator: "\n")
      #expect(lines.first == "what,why")
      let named = Set(finished.run.meta.unmeasured.map(\.what))
      #expect(lines.count == 1 + finished.run.meta.unmeasured.count)
      #expect(lines.dropFirst().allSatisfy { line in named.contains { line.contains($0) } })
    }

    @Test("The self-test alone says of each slow-down that was planted whether it was found")
    func selfTest() throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(
        ["selftest", "--budget", "1", "--processes", "2"], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      let lines = ending.output.split(separator: "\n")
      #expect(
        lines.count { $0.hasPrefix("planted ") && $0.hasSuffix(" %: no verdict") } >= 3,
        "\(ending.output)")
      #expect(
        lines.dropLast().last?.hasPrefix("no verdict from 2 processes: ") == true,
        "\(ending.output)")
      // It is no run to report on or to compare with.
      let name = try #require(directory.names("results").first)
      #expect(directory.names("results") == [name])
      #expect(lines.last?.hasPrefix("results/\(name)/samples.csv, seed ") == true)
      #expect(try directory.run("results/\(name)").meta.status == .complete)
    }

    @Test("A budget that can't be kept is told beforehand")
    func littleBudget() throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(
        [
          "run", "--operation", "compound_head", "--order", "9", "--footprint", "one", "--budget",
          "0.1",
          "--processes", "1",
        ], in: directory.url)
      #expect(ending.status == 0)
      #expect(ending.errors.hasPrefix("--budget 0.1 is too little for "), "\(ending.errors)")
      #expect(!finished.ending.errors.contains("too little"))
    }

    @Test("Standard output is summary.csv and nothing else")
    func output() {
      #expect(finished.ending.output == finished.summaryText)
    }

    @Test("Its columns that are known before are those of 'bench list --format csv'")
    func planned() throws {
      let directory = try TemporaryDirectory()
      let list = try Bench.run(
        ["list", "--preset", "smoke", "--format", "csv"], in: directory.url)
      let planned = try Table(list.output)
      // What is granted may differ from what was asked for.
      let columns = planned.columns.filter { $0 != "mapping" }
      let measured = try Table(finished.summaryText)
      #expect(columns.count > 15 && !planned.rows.isEmpty)
      #expect(try planned.only(columns) == measured.only(columns))
      // What can't stand in a table is told beside it.
      #expect(list.errors.contains(" cells and the self-test, 3 processes"), "\(list.errors)")
    }

    /// A CSV text; what is quoted, such as a CPU's name, is left out.
    private struct Table {
      let columns: [String]
      let rows: [[String]]

      init(_ text: String) throws {
        let lines = text.replacing(#/"[^"]*"/#, with: "").split(separator: "\n").map {
          $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        columns = try #require(lines.first)
        rows = Array(lines.dropFirst())
        try #require(rows.allSatisfy { $0.count == columns.count })
      }

      func only(_ names: [String]) throws -> [[String]] {
        let indices = try names.map { try #require(columns.firstIndex(of: $0)) }
        return rows.map { row in indices.map { row[$0] } }
      }
    }

    @Test("There is one row for each arm of each cell that 'bench list' promises, in its order")
    func rows() throws {
      let directory = try TemporaryDirectory()
      let list = try Bench.run(["list", "--cells", "--preset", "smoke"], in: directory.url)
      // "3: page_ref_add_unless latency, ...: fakehead_off against pointer, mask"
      let promised = try list.output.split(separator: "\n").compactMap { line -> [String]? in
        guard let colon = line.firstIndex(of: ":"), let cell = Int(line[..<colon]),
          !line.contains(": selftest ")
        else { return nil }
        let arms = try #require(line.components(separatedBy: ": ").last)
        return arms.replacing(" against ", with: ", ").components(separatedBy: ", ")
          .map { "\(cell) \($0)" }.sorted()
      }
      try #require(!promised.isEmpty)
      let cells = Dictionary(grouping: finished.run.summary, by: \.cell)
      let found = cells.sorted { $0.key < $1.key }.map { cell, rows in
        rows.map { "\(cell) \($0.arm)" }.sorted()
      }
      #expect(found == promised)
      #expect(finished.run.summary.map(\.cell) == finished.run.summary.map(\.cell).sorted())
    }

    /// Of a chain of addresses the ratio is the loop's own, and of locked operations back to back their
    /// distance, but for lines in the L1 cache.
    private func hasRatio(_ row: SummaryRow) -> Bool {
      switch (row.operation, row.mode) {
      case (_, "address_chain"): false
      case (_, "consumer_ref"), ("page_ref_add_unless", "throughput"): row.level == .l1d
      default: true
      }
    }

    @Test("Every arm but the baseline has a verdict and a ratio where one means something")
    func comparisons() throws {
      for row in finished.run.summary {
        if row.arm != row.baseline && hasRatio(row) {
          let (low, high) = (try #require(row.ratioLo), try #require(row.ratioHi))
          #expect((low...high).contains(try #require(row.ratio)))
          #expect(row.verdict != nil && row.layoutsAgree != nil)
          #expect(try #require(row.smallestEffect) >= 0)
        } else {
          #expect(row.ratio == nil && row.ratioLo == nil && row.ratioHi == nil)
          #expect(row.verdict == nil && row.pValue == nil)
        }
        #expect(try #require(row.nullLo) <= #require(row.nullHi))
      }
    }

    @Test("All arms of a cell share checksum and number of operations")
    func checksums() {
      for (cell, rows) in Dictionary(grouping: finished.run.summary, by: \.cell) {
        #expect(Set(rows.map(\.checksum)).count == 1 && rows[0].checksum != nil, "cell \(cell)")
        #expect(Set(rows.map(\.iterations)).count == 1, "cell \(cell)")
      }
    }

    @Test("Every round times every arm once, on one layout, with the same number of operations")
    func rounds() {
      for (id, samples) in finished.rounds {
        let arms = samples.map { "\($0.arm) \($0.part)" }
        #expect(Set(arms).count == arms.count, "\(id)")
        #expect(Set(samples.map(\.position)) == Set(samples.indices), "\(id)")
        #expect(Set(samples.map(\.layout)).count == 1, "\(id)")
        #expect(Set(samples.map(\.iterations)).count == 1, "\(id)")
        for part in [SampleRow.Part.baseline, .twin, .empty] {
          #expect(samples.count { $0.part == part } == 1, "\(id)")
        }
      }
    }

    @Test("All processes of a cell time blocks of equally many operations")
    func iterations() {
      for row in finished.run.summary {
        let samples = finished.samples.filter { $0.cell == row.cell }
        #expect(Set(samples.map(\.process)).count == 3, "cell \(row.cell)")
        #expect(Set(samples.map(\.iterations)) == [row.iterations], "cell \(row.cell)")
      }
    }

    @Test("Every arm but the baseline has a difference to it in nanoseconds, and an interval")
    func differences() throws {
      for row in finished.run.summary {
        if row.arm == row.baseline {
          #expect(row.differenceNS == nil && row.differenceLo == nil && row.differenceHi == nil)
          #expect(row.differenceCycles == nil)
        } else {
          let (low, high) = (try #require(row.differenceLo), try #require(row.differenceHi))
          #expect((low...high).contains(try #require(row.differenceNS)))
        }
      }
    }

    @Test("Times and differences are told in cycles where every round has the length of one")
    func cycles() throws {
      for row in finished.run.summary {
        let lengths = finished.samples.filter { $0.cell == row.cell }.map(\.cycleNS)
        #expect((row.cycles != nil) == lengths.contains { $0 != nil }, "cell \(row.cell)")
        guard row.arm != row.baseline, !lengths.contains(nil) else {
          #expect(row.differenceCycles == nil)
          continue
        }
        let (low, high) = (
          try #require(row.differenceCyclesLo), try #require(row.differenceCyclesHi)
        )
        #expect((low...high).contains(try #require(row.differenceCycles)))
      }
    }

    @Test("Times in the summary are the processes' medians of the samples, and their minima")
    func times() throws {
      for row in finished.run.summary {
        let part: SampleRow.Part = row.arm == row.baseline ? .baseline : .arm
        let samples = finished.samples
          .filter { $0.cell == row.cell && $0.arm == row.arm && $0.part == part }
        #expect(samples.count == row.rounds)
        let processes = Dictionary(grouping: samples, by: \.process).values
        #expect(processes.count == row.processes)
        #expect(
          isClose(row.nsPerOp, median(processes.map { median($0.map(\.nsPerOp)) })),
          "cell \(row.cell), \(row.arm)")
        #expect(
          isClose(row.nsMin, try #require(samples.map(\.nsPerOp).min())),
          "cell \(row.cell), \(row.arm)")
      }
    }

    @Test("Ratios in the summary are the medians of the groups' median log ratios in the samples")
    func ratios() throws {
      let ratios = finished.ratiosFromSamples()
      for row in finished.run.summary where row.arm != row.baseline && hasRatio(row) {
        let ratio = try #require(ratios["\(row.cell) \(row.arm) \(SampleRow.Part.arm)"])
        #expect(isClose(try #require(row.ratio), ratio), "cell \(row.cell), \(row.arm)")
      }
    }

    @Test("The noise interval in a row is about the ratio of the baseline's twin in the samples")
    func twins() throws {
      let ratios = finished.ratiosFromSamples()
      for row in finished.run.summary {
        let twin = try #require(ratios["\(row.cell) \(row.baseline) \(SampleRow.Part.twin)"])
        let (low, high) = (try #require(row.nullLo), try #require(row.nullHi))
        #expect(low / 1.000_001 <= twin && twin <= high * 1.000_001, "cell \(row.cell)")
      }
      let floor = try #require(finished.run.meta.noiseFloor)
      #expect(floor.twins == Set(finished.run.summary.map(\.cell)).count)
    }

    @Test("HVO's saving was measured: all vmemmap pages but one, and in the new layout a template")
    func savings() throws {
      let savings = try #require(finished.run.meta.savings)
      for saving in savings where saving.order == 9 {
        let template = saving.layout == "pointer" ? 0 : 4096
        #expect(saving.bytesMeasured == 7 * 4096 - template, "\(saving.layout)")
      }
      #expect(Set(savings.map(\.layout)) == ["pointer", "mask"])
    }
  }
}
