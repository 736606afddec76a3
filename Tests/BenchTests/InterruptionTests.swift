import Foundation
import Results
import SystemPackage
import Testing

extension BenchTests {
  @Suite("A run that is stopped", .needsProgram)
  struct InterruptionTests {
    private let directory: TemporaryDirectory
    /// Tells the processes of this run from others.
    private let seed = "\(UInt32.random(in: 1 ... .max))"

    init() throws { directory = try TemporaryDirectory() }

    /// Starts a run that would take half a minute, and waits until a cell of it is finished.
    private func startRun(format: String) throws -> StartedProgram {
      let program = try StartedProgram(
        Bench.path,
        ["run", "--preset", "smoke", "--budget", "30", "--seed", seed, "--format", format],
        in: directory.url)
      let samples = directory.file("results/latest/samples.csv")
      try #require(happens(within: 20) { (try? Data(contentsOf: samples))?.isEmpty == false })
      return program
    }

    /// The measuring processes of this run that are there.
    private func measuringProcesses() -> [Int32] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      return names.compactMap { name -> Int32? in
        guard let id = Int32(name),
          let line = try? Data(contentsOf: URL(filePath: "/proc/\(name)/cmdline"))
        else { return nil }
        let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return arguments.contains(seed) && arguments.contains("--worker-process") ? id : nil
      }
    }

    @Test("Ctrl-C keeps the cells that are finished, and says so", arguments: ["table", "csv"])
    func interrupt(format: String) throws {
      let program = try startRun(format: format)
      program.send(SIGINT)
      let ending = try program.ending()
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.reason == .exit)
      #expect(ending.errors.contains("interrupted:"))

      let run = try directory.latestRun()
      #expect(run.meta.status == .interrupted)
      #expect(run.meta.finished != nil)
      let cells = Set(run.summary.map(\.cell))
      #expect(!cells.isEmpty && cells.count < 32)
      #expect(Set(try run.samples().map(\.cell)) == cells)
      if format == "csv" {
        #expect(ending.output == (try directory.text("results/latest/summary.csv")))
      }
      #expect(measuringProcesses().isEmpty)
    }

    @Test("A run that is killed leaves files that can be read, and no process")
    func killed() throws {
      let program = try startRun(format: "table")
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
          "--budget", "200", "--seed", seed,
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
