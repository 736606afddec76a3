import Foundation
import Results
import Testing

extension BenchTests {
  @Suite("What is printed where", .needsProgram)
  struct OutputTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ arguments: String...) throws -> Bench.Ending {
      let ending = try Bench.run(["run"] + Bench.tinyPlan + arguments, in: directory.url)
      try #require(ending.status == 0, "\(ending.errors)")
      return ending
    }

    @Test("Progress goes to standard error, in plain lines where that is not a terminal")
    func progress() throws {
      let ending = try run()
      #expect(ending.errors.hasPrefix("[1/3] "))
      #expect(!ending.errors.contains("\r") && !ending.errors.contains("\u{1b}"))
      #expect(ending.errors.contains(" left  compound_head throughput"))
      #expect(!ending.output.contains(" left  "))
    }

    @Test("--quiet says nothing but the answer")
    func quiet() throws {
      let ending = try run("--quiet")
      #expect(ending.errors == "")
      #expect(ending.output.contains("time new / old"))
    }

    @Test("--format json prints an array of all rows and nothing else")
    func json() throws {
      let ending = try run("--format", "json")
      struct Row: Decodable, Equatable {
        var arm: String
        var nsPerOp: Double
        var ratio: Double?
        var layoutsAgree: Bool?
      }
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let rows = try decoder.decode([Row].self, from: Data(ending.output.utf8))
      let summary = try directory.latestRun().summary.map {
        Row(
          arm: $0.arm, nsPerOp: $0.nsPerOp, ratio: $0.ratio,
          layoutsAgree: $0.layoutsAgree)
      }
      #expect(rows == summary)
      #expect(ending.output.hasSuffix("]\n") && !ending.output.hasSuffix("\n\n"))
    }

    @Test("The table shows the mask encoding, or every arm when told, and where the files are")
    func table() throws {
      let plain = try run("--format", "table").output
      #expect(plain.contains("mask") && !plain.contains("pointer"))
      #expect(plain.contains("noise floor:"))
      let last = try #require(plain.split(separator: "\n").last)
      let meta = try directory.latestRun().meta
      #expect(last == "results/\(meta.runID)/summary.csv, seed \(meta.seed)")
      #expect(try run("--all-arms").output.contains("pointer"))
    }

    @Test("The matrix is printed unless something else is asked for, and again by the report")
    func matrix() throws {
      let printed = try run().output
      let meta = try directory.latestRun().meta
      #expect(printed.contains("\ntime new / old "))
      #expect(printed.hasSuffix("\nrun:    results/\(meta.runID), seed \(meta.seed)\n"))
      let again = try Bench.run(["report", "--style", "matrix"], in: directory.url)
      #expect(again.output == printed)
    }

    @Test("Colours are for terminals, or for those who ask")
    func colors() throws {
      #expect(try !run().output.contains("\u{1b}"))
      // Without a verdict: one process reaches none.
      #expect(try run("--color", "always").output.contains("\u{1b}[2m"))
    }

    @Test("A plan of one cell is a table, with what must be known to read it")
    func oneCell() throws {
      let output = try run("--hvo", "off").output
      #expect(!output.contains("time new / old") && output.contains("new/old"))
      #expect(output.contains("noise floor:") && output.contains("/summary.csv, seed "))
    }

    @Test("'bench list' and 'bench --help' print on standard output and leave nothing")
    func nothingMeasured() throws {
      for arguments in [["list"], ["--help"], ["list", "--preset", "scale"]] {
        let ending = try Bench.run(arguments, in: directory.url)
        #expect(ending.status == 0)
        #expect(!ending.output.isEmpty)
        #expect(ending.errors == "")
      }
      #expect(directory.names() == [])
    }
  }
}
