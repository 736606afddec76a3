import Foundation
import Results
import SystemPackage
import Testing

extension BenchTests {
  @Suite("A run that goes on after it was cut short", .needsProgram)
  struct ResumeTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Two cells and the self-test in three processes.
    private static let plan = [
      "run", "--order", "0,9", "--operation", "compound_head", "--mode", "throughput",
      "--page-class", "order-0,head", "--hvo", "off", "--footprint", "one", "--processes", "3",
      "--budget", "6",
    ]

    private var samples: String {
      (try? directory.text("results/latest/samples.csv")) ?? ""
    }

    private var hasJournal: Bool {
      FileManager.default.fileExists(atPath: directory.file("results/latest/journal").path)
    }

    /// Stops a run in its second process, and tells what it had measured by then.
    private func cutShort(_ signal: Int32) throws -> [SampleRow] {
      let program = try StartedProgram(Bench.path, Self.plan, in: directory.url)
      try #require(
        happens(within: 20) { samples.split(separator: "\n").last?.contains(",1,") == true })
      program.send(signal)
      _ = try program.ending()
      return try directory.latestRun().samples()
    }

    private func resume(_ more: String...) throws -> Bench.Ending {
      try Bench.run(["run", "--resume", "results/latest"] + more, in: directory.url)
    }

    @Test(
      "It measures what is missing, keeps what is there, and is a run like others then",
      arguments: [SIGINT, SIGKILL])
    func goesOn(signal: Int32) throws {
      let before = try cutShort(signal)
      #expect(hasJournal)
      let id = try directory.latestRun().meta.runID
      let ending = try resume("--format", "csv")
      #expect(ending.status == 0, "\(ending.errors)")

      let run = try directory.latestRun()
      #expect(run.meta.status == .complete && run.meta.runID == id)
      #expect(run.meta.resumed?.count == 1 && run.meta.statusReason == nil)
      #expect(!hasJournal)
      #expect(Set(run.summary.map(\.cell)) == [0, 1])
      // More where a cell was looked at again.
      #expect(run.summary.allSatisfy { $0.processes == 3 || $0.processes == 6 })
      let samples = try run.samples()
      #expect(Array(samples.prefix(before.count)) == before || signal == SIGKILL)
      // Of each cell and process one set of rounds.
      let keys = samples.map { [$0.cell, $0.process, $0.round, $0.position] }
      #expect(Set(keys).count == keys.count)
      #expect(Set(samples.map { [$0.cell, $0.process] }).isSuperset(of: Self.firstLook))
    }

    /// The cells and processes of the plan.
    private static let firstLook = Set((0..<3).flatMap { cell in (0..<3).map { [cell, $0] } })

    @Test(
      "What a damaged journal has no whole record of is measured again", arguments: [true, false])
    func damaged(isCut: Bool) throws {
      _ = try cutShort(SIGINT)
      let journal = directory.file("results/latest/journal")
      var bytes = try Data(contentsOf: journal)
      // A piece of the last record, or a bit of one in the middle.
      if isCut { bytes.removeLast(100) } else { bytes[bytes.count / 2] ^= 1 }
      try bytes.write(to: journal)
      #expect(try resume().status == 0)
      let samples = try directory.latestRun().samples()
      let keys = samples.map { [$0.cell, $0.process, $0.round, $0.position] }
      #expect(Set(keys).count == keys.count)
      #expect(Set(samples.map { [$0.cell, $0.process] }).isSuperset(of: Self.firstLook))
      #expect(try directory.latestRun().summary.allSatisfy { $0.nsPerOp < 1000 })
    }

    @Test("What can't go on is refused, and says why")
    func refused() throws {
      let program = try StartedProgram(Bench.path, Self.plan, in: directory.url)
      try #require(happens(within: 20) { samples.contains("\n") })
      let running = try resume()
      #expect(running.status == 69 && running.errors.contains("still running"), "\(running.errors)")
      program.send(SIGINT)
      _ = try program.ending()

      let optioned = try resume("--order", "2")
      #expect(optioned.status == 64 && optioned.errors.contains("--order"), "\(optioned.errors)")

      let meta = directory.file("results/latest/meta.json")
      let text = try String(contentsOf: meta, encoding: .utf8)
      for (there, instead, said) in [
        ("\"architecture\" : \"x86_64\"", "\"architecture\" : \"vax\"", "architecture: vax"),
        ("\"build_id\" : \"", "\"build_id\" : \"0", "another program"),
        ("\"kernel_release\" : \"", "\"kernel_release\" : \"0", "Linux 0"),
      ] {
        try text.replacing(there, with: instead).write(to: meta, atomically: true, encoding: .utf8)
        let ending = try resume()
        #expect(ending.status == 69 && ending.errors.contains(said), "\(ending.errors)")
      }
      try text.write(to: meta, atomically: true, encoding: .utf8)
      let journal = directory.file("results/latest/journal")
      try FileManager.default.moveItem(at: journal, to: directory.file("journal"))
      let without = try resume()
      #expect(without.status == 69 && without.errors.contains("no journal"), "\(without.errors)")
      try FileManager.default.moveItem(at: directory.file("journal"), to: journal)

      let plan = try directory.text("results/latest/plan.json")
      try directory.edit("results/latest/plan.json", "\"folios\":1,", "\"folios\":2,")
      let other = try resume()
      #expect(other.status == 69 && other.errors.contains("its journal"), "\(other.errors)")
      try directory.edit(
        "results/latest/plan.json", try directory.text("results/latest/plan.json"), plan)

      #expect(try resume().status == 0)
      let complete = try resume()
      #expect(complete.status == 69 && complete.errors.contains("complete"), "\(complete.errors)")
    }
  }
}
