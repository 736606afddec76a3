import Foundation
import Results
import SystemPackage
import Testing

extension BenchTests {
  @Suite("A run that is stopped", .needsProgram)
  struct InterruptionTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private static let arguments = ["run", "--preset", "smoke", "--budget", "30"]

    /// Starts a run that would take half a minute, and waits until a cell of it is finished.
    private func startRun(_ more: String...) throws -> StartedProgram {
      let program = try StartedProgram(
        Bench.path, Self.arguments + more, in: directory.url)
      try #require(happens(within: 20) { samples.contains("\n") })
      return program
    }

    private var samples: String {
      (try? directory.text("results/latest/samples.csv")) ?? ""
    }

    /// Starts a run of one cell, of a minute at most.
    private func startOneCell(processes: Int) throws -> StartedProgram {
      try StartedProgram(
        Bench.path,
        [
          "run", "--order", "9", "--operation", "compound_head", "--mode", "throughput",
          "--page-class", "head", "--hvo", "off", "--footprint", "one", "--processes",
          "\(processes)", "--budget", "60",
        ], in: directory.url)
    }

    /// The measuring processes of this test's run that are there. Runs elsewhere that begin in the same second have
    /// the same name.
    private func measuringProcesses() -> [Int32] {
      let here = directory.url.resolvingSymlinksInPath().path
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      return names.compactMap { name -> Int32? in
        guard let id = Int32(name),
          let place = try? FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/\(name)/cwd"),
          let line = try? Data(contentsOf: URL(filePath: "/proc/\(name)/cmdline"))
        else { return nil }
        let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return place == here && arguments.contains("measure") ? id : nil
      }
    }

    @Test("Ctrl-C keeps the cells that are finished, and says so", arguments: ["table", "csv"])
    func interrupt(format: String) throws {
      let program = try startRun("--format", format)
      program.send(SIGINT)
      let ending = try program.ending()
      #expect(ending.status == 130, "\(ending.errors)")
      #expect(ending.reason == .exit)
      #expect(ending.errors.contains("interrupted:"))

      let run = try directory.latestRun()
      #expect(run.meta.status == .interrupted)
      #expect(run.meta.statusReason == "SIGINT")
      #expect(run.meta.finished != nil)
      let cells = Set(run.summary.map(\.cell))
      #expect(!cells.isEmpty && cells.count < 32)
      #expect(Set(try run.samples().map(\.cell)) == cells)
      if format == "csv" {
        #expect(ending.output == (try directory.text("results/latest/summary.csv")))
      }
      #expect(measuringProcesses().isEmpty)
    }

    /// What waits there is a file that nobody reads, in place of a disk that is slow.
    @Test("While results are written one signal waits for that, and a second one ends it at once")
    func stoppedTwiceWhileWriting() throws {
      let program = try StartedProgram(
        Bench.path, ["run"] + Bench.tinyPlan.dropLast() + ["3"], in: directory.url)
      try #require(happens(within: 60) { samples.contains("\n") })
      let pipe = directory.file("results/latest/.layouts.csv.tmp").path
      try #require(unsafe mkfifo(pipe, 0o600) == 0)
      try #require(happens(within: 60) { measuringProcesses().isEmpty })
      Thread.sleep(forTimeInterval: 1)
      program.send(SIGTERM)
      Thread.sleep(forTimeInterval: 1)
      #expect(program.isRunning)
      program.send(SIGTERM)
      let ending = try program.ending()
      #expect(ending.status == SIGTERM && ending.reason == .uncaughtSignal, "\(ending.errors)")
      #expect(try directory.latestRun().meta.status == .running)
      // It goes on, as after any kill.
      try FileManager.default.removeItem(atPath: pipe)
      let resumed = try Bench.run(["run", "--resume", "results/latest"], in: directory.url)
      #expect(resumed.status == 0, "\(resumed.errors)")
    }

    @Test(
      "Each signal that asks for an end is an exit status of its own",
      arguments: [
        (SIGHUP, 129), (SIGQUIT, 131), (SIGUSR1, 138), (SIGALRM, 142), (SIGTERM, 143),
        (SIGXCPU, 152),
      ] as [(Int32, Int32)])
    func stopped(signal: Int32, status: Int32) throws {
      let program = try startRun()
      program.send(signal)
      let ending = try program.ending()
      #expect(ending.status == status && ending.reason == .exit, "\(ending.errors)")
      #expect(try directory.latestRun().meta.status == .interrupted)
      #expect(measuringProcesses().isEmpty)
    }

    @Test("A run that is stopped in its second process keeps what the first has finished")
    func secondProcess() throws {
      let program = try startOneCell(processes: 6)
      // The self-test is a process's last cell.
      try #require(happens(within: 30) { samples.contains(",planted_") })
      program.send(SIGTERM)
      let ending = try program.ending()
      #expect(ending.status == 143, "\(ending.errors)")
      let run = try directory.latestRun()
      #expect(run.meta.status == .interrupted)
      // Too few rounds for an interval, but not for a time.
      #expect(!run.summary.isEmpty && run.summary.allSatisfy { $0.nsPerOp > 0 })
      #expect(run.summary.allSatisfy { $0.verdict == nil })
    }

    @Test("A measuring process that the system kills costs the cells in hand, and no others")
    func killedProcess() throws {
      let program = try StartedProgram(
        Bench.path,
        [
          "run", "--order", "0,9", "--operation", "compound_head", "--mode", "throughput",
          "--page-class", "order-0,head", "--hvo", "off", "--footprint", "one", "--processes", "1",
          "--budget", "8",
        ], in: directory.url)
      try #require(happens(within: 20) { samples.contains("\n") })
      let process = try #require(measuringProcesses().first)
      kill(process, SIGKILL)
      let ending = try program.ending()
      #expect(ending.status == 0, "\(ending.errors)")
      let run = try directory.latestRun()
      #expect(run.meta.status == .complete)
      #expect(Set(run.summary.map(\.cell)) == [0])
      let lost = run.meta.unmeasured.filter { $0.why.contains("SIGKILL") }
      #expect(lost.map(\.what) == ["compound_head throughput, order 9, head, 1 folio, hvo off"])
      #expect(run.meta.sensitivity != nil, "what came after was measured by another process")
    }

    @Test("A run that loses its only cell has failed, though its self-test was measured; status 2")
    func nothingMeasured() throws {
      let program = try startOneCell(processes: 1)
      try #require(happens(within: 20) { !measuringProcesses().isEmpty })
      kill(try #require(measuringProcesses().first), SIGKILL)
      let ending = try program.ending()
      #expect(ending.status == 2)
      let words =
        "no cell could be measured; compound_head throughput, order 9, head, 1 folio, hvo off: "
      #expect(ending.errors.contains(words), "\(ending.errors)")
      let meta = try directory.latestRun().meta
      #expect(meta.status == .failed && meta.statusReason?.contains(words) == true)
    }

    @Test("CPU time that is used up is an end of the run with what is finished")
    func cpuTime() throws {
      let program = try startRun()
      let process = try #require(measuringProcesses().first)
      kill(process, SIGXCPU)
      let ending = try program.ending()
      #expect(ending.status == 152, "\(ending.errors)")
      let run = try directory.latestRun()
      #expect(run.meta.status == .interrupted && run.meta.statusReason == "SIGXCPU")
      #expect(!run.summary.isEmpty)
    }

    @Test("A measuring process that ends before its work is done is a failed run without rows")
    func endedProcess() throws {
      let program = try startRun()
      let process = try #require(measuringProcesses().first)
      // Not one that the run or Swift's backtraces take.
      kill(process, SIGUSR2)
      let ending = try program.ending()
      #expect(ending.status == 2, "\(ending.errors)")
      #expect(ending.errorMessages.first?.contains("not told of") == true, "\(ending.errors)")
      let run = try directory.latestRun()
      #expect(run.meta.status == .failed && run.summary.isEmpty)
    }

    @Test("A run that is killed leaves files that can be read, and no process")
    func killed() throws {
      let program = try startRun()
      defer { for id in measuringProcesses() { kill(id, SIGKILL) } }
      program.send(SIGKILL)
      #expect(try program.ending().reason == .uncaughtSignal)
      #expect(happens(within: 2) { measuringProcesses().isEmpty })
      let run = try directory.latestRun()
      #expect(run.meta.status == .running)
      #expect(try !run.samples().isEmpty)
      #expect(!directory.names("results/latest").contains { $0.hasPrefix(".") })
    }

    @Test("A measuring process ends with its run even in the middle of a cell that takes long")
    func killedWithinCell() throws {
      let program = try StartedProgram(
        Bench.path,
        [
          "run", "--order", "9", "--operation", "compound_head", "--mode", "latency",
          "--page-class", "tail", "--footprint", "many", "--hvo", "off", "--processes", "1",
          "--budget", "200",
        ], in: directory.url)
      defer { for id in measuringProcesses() { kill(id, SIGKILL) } }
      try #require(happens(within: 10) { !measuringProcesses().isEmpty })
      Thread.sleep(forTimeInterval: 1)
      program.send(SIGKILL)
      #expect(try program.ending().reason == .uncaughtSignal)
      #expect(happens(within: 2) { measuringProcesses().isEmpty })
      #expect(try directory.latestRun().meta.status == .running)
    }
  }
}
