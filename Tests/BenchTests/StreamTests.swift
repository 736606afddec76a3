import Testing

extension BenchTests {
  @Suite("Standard streams that are full, closed or not read", .needsProgram)
  struct StreamTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Runs `bench` with a shell's redirections.
    private func run(_ arguments: String, _ redirections: String) throws -> Bench.Ending {
      try StartedProgram(
        "/bin/bash", ["-c", "\"$0\" \(arguments) \(redirections)", Bench.path],
        in: directory.url
      ).ending()
    }

    @Test(
      "Output that can't be written: status 74 and one line",
      arguments: ["list", "--help", "layout"])
    func fullOutput(command: String) throws {
      let ending = try run(command, ">/dev/full")
      #expect(ending.status == 74 && ending.reason == .exit)
      #expect(ending.errors.split(separator: "\n").count == 1, "\(ending.errors)")
      #expect(ending.errors.hasPrefix("Error: cannot write standard output: No space left"))
    }

    @Test(
      "A pipe that nobody reads any more, or a closed stream, is quiet",
      arguments: ["| head -1", ">&-"])
    func closedOutput(redirection: String) throws {
      let ending = try run("list", "\(redirection); exit ${PIPESTATUS[0]}")
      #expect(ending.status == 0 && ending.reason == .exit)
      #expect(ending.errors == "")
    }

    @Test(
      "Errors that can't be said keep their status",
      arguments: ["2>/dev/full", "2>&-", ">&- 2>&-", "2> >(exec 0<&-)"])
    func unsaidErrors(redirections: String) throws {
      for (command, status) in [("report nowhere", 66), ("run --no-such-option", 64)]
        as [(String, Int32)]
      {
        let ending = try run(command, redirections)
        #expect(ending.status == status && ending.reason == .exit, "\(command)")
      }
    }

    @Test("A run goes on where nobody reads its progress", arguments: ["2>/dev/full", "2>&-"])
    func unsaidProgress(redirection: String) throws {
      let ending = try run(
        (["run"] + Bench.tinyPlan).joined(separator: " "), redirection)
      #expect(ending.status == 0 && ending.reason == .exit)
      #expect(try directory.latestRun().meta.status == .complete)
    }

    @Test(
      "Without descriptors a run ends with a status of its own, and one line",
      arguments: [3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32])
    func fewDescriptors(limit: Int) throws {
      let ending = try StartedProgram(
        "/bin/bash",
        ["-c", "ulimit -n \(limit); exec \"$0\" \"$@\"", Bench.path, "run"] + Bench.tinyPlan,
        in: directory.url
      ).ending()
      #expect(ending.reason == .exit, "\(ending.status)")
      // Where the dynamic linker finds no descriptor, it says so itself.
      let statuses = limit < 4 ? [127] : [0, 2, 71, 73, 74] as [Int32]
      #expect(statuses.contains(ending.status), "\(ending.status): \(ending.errors)")
      if limit >= 4, ending.status != 0 {
        #expect(!ending.errorMessages.isEmpty, "\(ending.errors)")
      }
    }
  }
}
