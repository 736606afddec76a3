import Foundation
import Results
import Testing

extension BenchTests {
  @Suite("Reports of a run", .needsProgram)
  struct ReportTests {
    private let directory: TemporaryDirectory
    private let printed: String

    init() throws {
      directory = try TemporaryDirectory()
      printed = try Bench.run(
        ["run"] + Bench.tinyPlan + ["--format", "table"], in: directory.url
      ).output
    }

    @Test("Without arguments it is the latest run's table, as the run printed it")
    func table() throws {
      let ending = try Bench.run(["report"], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.output.contains("new/old"))
      #expect(printed.hasPrefix(ending.output))
    }

    @Test("Each style is of the run named, and measures nothing", arguments: Report.Style.allCases)
    func style(style: Report.Style) throws {
      let id = try directory.latestRun().meta.runID
      let before = directory.names("results")
      let ending = try Bench.run(
        ["report", "results/\(id)", "--style", style.rawValue], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      let report = try Report(directory.latestRun(), path: "results/\(id)")
      #expect(ending.output == (try report.render(style)))
      #expect(directory.names("results") == before)
    }

    @Test("A table of a run that did not come to its end says so, and how it goes on")
    func incomplete() throws {
      try directory.edit("results/latest/meta.json", "\"complete\"", "\"interrupted\"")
      let rows = try Bench.run(["report"], in: directory.url).output
      #expect(
        rows.contains("new/old") && rows.contains("The run is interrupted: 'bench run --resume "))
      let file = directory.file("results/latest/summary.csv")
      let header = try String(contentsOf: file, encoding: .utf8).prefix { $0 != "\n" }
      try Data("\(header)\n".utf8).write(to: file)
      try directory.edit(
        "results/latest/meta.json", "\"summary\" : ", "\"summary\" : 0, \"was\" : ")
      for style in ["matrix", "mm", "lkp"] {
        let nothing = try Bench.run(["report", "--style", style], in: directory.url)
        #expect(
          nothing.output.contains("The run is interrupted"), "\(nothing.output)\(nothing.errors)")
      }
    }

    @Test("A run that is not there is told by its path; status 66")
    func missing() throws {
      let ending = try Bench.run(["report", "nowhere"], in: directory.url)
      #expect(ending.status == 66)
      #expect(ending.errorMessages.first?.contains("nowhere") == true, "\(ending.errors)")
    }

    @Test("A style that is not there is refused with those that are; status 64")
    func unknownStyle() throws {
      let ending = try Bench.run(["report", "--style", "pdf"], in: directory.url)
      #expect(ending.status == 64)
      for word in ["pdf", "mm", "lkp", "mmtests", "markdown", "ktap", "github-benchmark", "html"] {
        #expect(ending.errors.contains(word), "\(ending.errors)")
      }
    }

    @Test("ktap is judged by another run")
    func baseline() throws {
      // As many processes as a comparison takes.
      let run = try Bench.run(
        [
          "run", "--order", "0", "--operation", "compound_head", "--mode", "throughput",
          "--footprint", "one", "--processes", "3", "--budget", "0.6", "--quiet",
        ], in: directory.url)
      try #require(run.status == 0, "\(run.errors)")
      let id = try directory.latestRun().meta.runID
      let ending = try Bench.run(
        ["report", "--style", "ktap", "--baseline", "results/\(id)"], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.output.contains("\n# baseline: run \(id)\n"))
      #expect(!ending.output.contains("not ok"))
    }

    @Test("A baseline that is not there is told by its path; status 66")
    func missingBaseline() throws {
      let ending = try Bench.run(
        ["report", "--style", "ktap", "--baseline", "nowhere"], in: directory.url)
      #expect(ending.status == 66)
      #expect(ending.errorMessages.first?.contains("nowhere") == true, "\(ending.errors)")
    }

    @Test(
      "Options of other styles are refused; status 64",
      arguments: [
        ["--style", "html", "--all"], ["--style", "mm", "--baseline", "results/latest"],
      ])
    func misfit(options: [String]) throws {
      let ending = try Bench.run(["report"] + options, in: directory.url)
      #expect(ending.status == 64)
      #expect(ending.errors.contains(options[1]) && ending.errors.contains(options[2]))
    }
  }
}
