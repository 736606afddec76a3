import Foundation
import Results
import SystemPackage
import Testing

extension BenchTests {
  @Suite("Where results can't be written", .needsProgram)
  struct WritingTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// /proc takes no directories, not even root's.
    @Test(
      "A directory that can't be made ends the run before it begins; status 73",
      arguments: ["file", "file/results", "/proc/results"])
    func cannotCreate(output: String) throws {
      try Data().write(to: directory.file("file"))
      let ending = try Bench.run(
        ["run"] + Bench.tinyPlan + ["--output", output], in: directory.url)
      #expect(ending.status == 73)
      #expect(ending.output == "")
      #expect(ending.errorMessages.count == 1, "\(ending.errors)")
      let message = try #require(ending.errorMessages.first)
      #expect(message.contains(output) && message.contains("--output"), "\(message)")
      #expect(directory.names() == ["file"])
    }

    @Test("A directory of somebody else is refused likewise", .needsRoot)
    func notOurs() throws {
      let ending = try runAsNobody(["run"] + Bench.tinyPlan, in: directory)
      #expect(ending.status == 73)
      #expect(ending.errorMessages.first?.contains("Permission denied") == true, "\(ending.errors)")
    }

    /// The limit on file size stands in for the disk: enough for a memory map of one folio, too
    /// little for the samples of a smoke run.
    @Test(
      """
      A disk that fills up ends the run with whole rows only and no summary; status 74; and where there \
      is room again, it goes on
      """)
    func diskFull() throws {
      let command = "ulimit -f 400; exec \"$0\" \"$@\""
      let ending = try StartedProgram(
        "/bin/bash", ["-c", command, Bench.path, "run", "--preset", "smoke"], in: directory.url
      ).ending()
      #expect(ending.status == 74, "\(ending.errors)")
      #expect(ending.output == "")
      #expect(ending.errorMessages.count == 1, "\(ending.errors)")
      let message = try #require(ending.errorMessages.first)
      #expect(message.contains("/journal: File too large"), "\(message)")
      #expect(message.contains("ulimit -f"), "\(message)")

      let run = try directory.latestRun()
      #expect(run.meta.status == .failed)
      #expect(run.meta.statusReason?.contains("/journal") == true)
      #expect(run.summary.isEmpty)
      let text = try directory.text("results/latest/samples.csv")
      #expect(text.hasSuffix("\n") && text.utf8.count <= 400 << 10)
      #expect(try !run.samples().isEmpty)

      let resumed = try Bench.run(["run", "--resume", "results/latest"], in: directory.url)
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try !directory.latestRun().summary.isEmpty)
    }

    @Test("Without room for meta.json there is no run; status 74")
    func noRoomAtAll() throws {
      let ending = try StartedProgram(
        "/bin/bash", ["-c", "ulimit -f 1; exec \"$0\" \"$@\"", Bench.path, "run"] + Bench.tinyPlan,
        in: directory.url
      ).ending()
      #expect(ending.status == 74)
      #expect(ending.errorMessages.first?.contains("meta.json") == true, "\(ending.errors)")
      #expect(directory.names("results") == [])
    }
  }
}
