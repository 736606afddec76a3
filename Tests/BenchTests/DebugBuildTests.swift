import Foundation
import Testing

extension BenchTests {
  /// The program beside the tests, which SwiftPM builds for them without optimisation.
  @Suite(
    "A debug build",
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: Bench.debugPath), "built beside the tests"))
  struct DebugBuildTests {
    private let directory: TemporaryDirectory

    init() throws {
      directory = try TemporaryDirectory()
    }

    private func bench(_ arguments: String) throws -> Bench.Ending {
      try StartedProgram(
        Bench.debugPath, arguments.split(separator: " ").map(String.init), in: directory.url
      ).ending()
    }

    @Test(
      "refuses to time, and to stop walkers after each instruction",
      arguments: ["run", "selftest", "memmap", "torture", "replay nowhere 1"])
    func refuses(command: String) throws {
      let ending = try bench(command)
      #expect(ending.status == 64)
      #expect(ending.errorMessages.count == 1)
      #expect(
        ending.errors.contains("this is a debug build, ")
          && ending.errors.contains("swift run -c release bench"), "\(ending.errors)")
      #expect(directory.names().isEmpty)
    }

    @Test("has no facts of loops, which are not where they are timed")
    func code() throws {
      let ending = try bench("codegen")
      #expect(ending.status == 65 && ending.output.isEmpty)
      #expect(ending.errors.contains("has no loop, as in builds without optimisation"))
    }

    @Test("told to time all the same, says in every report what it is")
    func allowed() throws {
      let plan = Bench.tinyPlan.joined(separator: " ")
      let ending = try bench("run --allow-debug-build \(plan)")
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.output.contains(", debug build\n"))
      #expect(ending.output.contains("beware: debug build; "))
      let unmeasured = try directory.text("results/latest/unmeasured.csv")
      #expect(unmeasured.contains("machine-code facts"))
      let mail = try bench("report --style mm").output
      #expect(
        mail.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(
          "debug build, user space"))
    }
  }
}
