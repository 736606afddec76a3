import Foundation
import Results
import Testing

extension BenchTests {
  @Suite("A row measured again", .needsProgram)
  struct ReplayTests {
    private let directory: TemporaryDirectory

    /// Several folios, because in one folio all heads are the same whatever the seed.
    init() throws {
      directory = try TemporaryDirectory()
      let ending = try Bench.run(
        [
          "run", "--order", "9", "--operation", "compound_head", "--mode", "throughput",
          "--page-class", "head,tail", "--hvo", "off", "--footprint", "8", "--processes", "1",
          "--budget", "0.2", "--seed", "7", "--output", "recorded",
        ], in: directory.url)
      try #require(ending.status == 0, "\(ending.errors)")
    }

    /// Measures a row of the second cell again.
    private func replay() throws -> Bench.Ending {
      let run = try directory.run("recorded/latest")
      let row = try #require(run.summary.firstIndex { $0.cell == 1 && $0.arm == "mask" }) + 1
      return try Bench.run(
        ["replay", "recorded/latest", "\(row)", "--budget", "0.1"], in: directory.url)
    }

    @Test("The row's cell, and no other, is measured again over the same addresses")
    func again() throws {
      let ending = try replay()
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.output.hasPrefix("then:\n") && ending.output.contains("\nnow:\n"))
      let recorded = try directory.run("recorded/latest")
      // Rows of results/latest are a run's after a replay, too.
      let names = directory.names("results")
      try #require(names.count == 1 && names != ["latest"])
      let replayed = try directory.run("results/\(names[0])")
      #expect(ending.output.contains("results/\(names[0])/summary.csv, seed 7"))
      #expect(Set(replayed.summary.map(\.cell)) == [1])
      let expected = recorded.summary.filter { $0.cell == 1 }
      #expect(replayed.summary.map(\.checksum) == expected.map(\.checksum))
      #expect(replayed.summary.map(\.arm) == expected.map(\.arm))
    }

    @Test("Cells are measured again with another seed and other processes, and nothing is compared")
    func cells() throws {
      let ending = try Bench.run(
        [
          "replay", "recorded/latest", "--cells", "1,0", "--seed", "8", "--processes", "2",
          "--budget", "0.2",
        ], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      let recorded = try directory.run("recorded/latest")
      let replayed = try directory.latestRun()
      #expect(replayed.meta.seed == 8)
      #expect(
        replayed.summary.map(\.processes) == .init(repeating: 2, count: recorded.summary.count))
      #expect(replayed.summary.map(\.stableName) == recorded.summary.map(\.stableName))
      #expect(replayed.summary.map(\.checksum) != recorded.summary.map(\.checksum))
      #expect(recorded.meta.binary?.buildID != nil)
      #expect(recorded.meta.binary == replayed.meta.binary)
      for arguments in [
        ["--cells", "99"], ["--cells", "0", "1"], ["1", "--seed", "3"], ["--cells", "x"], [],
      ] {
        let refused = try Bench.run(["replay", "recorded/latest"] + arguments, in: directory.url)
        #expect(refused.status != 0 && refused.errors != "", "\(arguments)")
      }
    }

    @Test("A cell that the plan has not is told beside those that it has; status 64")
    func noSuchCell() throws {
      let ending = try Bench.run(
        ["replay", "recorded/latest", "--cells", "0,99"], in: directory.url)
      #expect(ending.status == 64)
      let cells = try directory.run("recorded/latest").summary.map(\.cell)
      // The self-test is the last.
      let last = try #require(cells.max()) + 1
      #expect(
        ending.errorMessages.first?.contains(
          "recorded/latest/plan.json has no cell 99, but 0 to \(last)")
          == true, "\(ending.errors)")
    }

    @Test("The cell is the one in plan.json: with another seed the addresses are others; status 2")
    func otherSeed() throws {
      try directory.edit("recorded/latest/plan.json", "\"seed\":7", "\"seed\":8")
      let ending = try replay()
      #expect(ending.status == 2, "\(ending.errors)")
      let message = try #require(ending.errorMessages.first)
      #expect(message.contains("checksum") && message.contains("not the same addresses"))
    }

    @Test("A run without its plan, or with one that can't be read, is refused; status 65")
    func noPlan() throws {
      let plan = directory.file("recorded/latest/plan.json")
      try Data("{}".utf8).write(to: plan)
      let damaged = try replay()
      #expect(damaged.status == 65)
      #expect(damaged.errorMessages.first?.contains("plan.json") == true, "\(damaged.errors)")
      try FileManager.default.removeItem(at: plan)
      let missing = try replay()
      #expect(missing.status == 65)
      #expect(missing.errorMessages.first?.contains("plan.json") == true, "\(missing.errors)")
      #expect(directory.names("results") == [])
    }

    @Test(
      "A plan with what can't be reckoned with is refused and says so; status 65",
      arguments: [
        ("\"order\":9", "\"order\":99", "the order 99 in cell 0"),
        ("\"folios\":8", "\"folios\":\(Int.max)", "\(Int.max) folios in cell 0"),
        ("\"name\":\"mask\"", "\"name\":\"none\"", "does not have in cell 0"),
        ("\"index\":1", "\"index\":7", "the number 7 in cell 1"),
        (
          "\"memoryNode\":0", "\"memoryNode\":64",
          "memory on a node that can't be modelled in cell 0"
        ),
        ("\"cpus\":[[", "\"cpus\":[[-1,", "a CPU that no machine has in cell 0"),
        ("\"cpus\":[[", "\"cpus\":[[8192,", "a CPU that no machine has in cell 0"),
        ("\"index\":1}", "\"index\":1,\"iterations\":7}", "blocks of 7 operations in cell 1"),
        (
          "\"index\":1}", "\"index\":1,\"iterations\":262144}",
          "blocks of 262144 operations in cell 1"
        ),
        ("\"layouts\":4", "\"layouts\":400", "400 copies of loops"),
        ("\"ways\":", "\"ways\":-", "caches"),
      ])
    func absurdPlan(there: String, instead: String, said: String) throws {
      try directory.edit("recorded/latest/plan.json", there, instead)
      let ending = try replay()
      #expect(ending.status == 65)
      #expect(ending.errorMessages.first?.contains(said) == true, "\(ending.errors)")
    }

    @Test("A row that is not there is refused with those that are; status 64")
    func noRow() throws {
      let rows = try directory.run("recorded/latest").summary.count
      for row in [0, rows + 1, .min, .max] {
        let ending = try Bench.run(
          ["replay", "--", "recorded/latest", "\(row)"], in: directory.url)
        #expect(ending.status == 64)
        let message = ending.errorMessages.first
        #expect(message?.contains("row \(row) is not in") == true, "\(ending.errors)")
        #expect(message?.contains("1 to \(rows)") == true, "\(ending.errors)")
      }
    }
  }
}
