import Foundation
import Results
import Testing

extension BenchTests {
  @Suite("Machine-code facts", .needsProgram)
  struct CodegenTests {
    private static let finished = Result { try FinishedRun(Bench.tinyPlan) }
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("A run leaves the facts of the loops that it timed, and of no others")
    func timedLoops() throws {
      let finished = try Self.finished.get()
      let cells = Dictionary(
        finished.run.summary.map { ($0.cell, [$0.operation, $0.mode]) }
      ) { first, _ in first }
      let timed = finished.samples.compactMap { sample -> String? in
        guard var parts = cells[sample.cell] else { return nil }
        if sample.part == .empty { parts[0] = "empty" }
        parts += [sample.arm, sample.part == .twin ? "twin" : "arm", "\(sample.layout)"]
        return parts.joined(separator: "__")
      }
      // The self-test has no rows in the summary.
      let kept = finished.codegen.map(\.symbol).filter { !$0.hasPrefix("selftest__") }
      let selfTest = ["empty__latency__empty__arm__"]
      #expect(
        Set(kept.filter { symbol in !selfTest.contains { symbol.hasPrefix($0) } }) == Set(timed))
      #expect(Set(finished.codegen.map(\.symbol)).count == finished.codegen.count)
    }

    @Test("They are those that 'bench codegen' prints")
    func facts() throws {
      let lines = try Bench.run(["codegen"], in: directory.url).output.split(separator: "\n")
        .map { $0.split(separator: ",").map(String.init) }
      let header = try #require(lines.first)
      let printed = Dictionary(uniqueKeysWithValues: lines.map { ($0[0], $0) })
      let columns: [(name: String, count: (CodegenRow) -> Int)] = [
        ("bytes", \.bytes), ("instructions", \.instructions),
        ("conditional_jumps", \.conditionalJumps), ("loads", \.loads), ("stores", \.stores),
        ("locked", \.locked), ("calls", \.calls),
      ]
      for row in try Self.finished.get().codegen {
        let line = try #require(printed[row.symbol])
        for (name, count) in columns {
          let index = try #require(header.firstIndex(of: name))
          #expect("\(count(row))" == line[index], "\(name) of \(row.symbol)")
        }
        #expect(row.symbol.contains("__\(row.arm)__"))
      }
    }

    @Test("Without objdump a run goes on and says why there are none; status 0")
    func noObjdump() throws {
      let ending = try Bench.run(
        ["run"] + Bench.tinyPlan + ["--format", "table"], in: directory.url,
        searchPath: directory.url.path)
      #expect(ending.status == 0, "\(ending.errors)")
      let run = try directory.latestRun()
      #expect(run.meta.status == .complete && !run.summary.isEmpty)
      #expect(!directory.names("results/latest").contains("codegen.csv"))
      let why = try #require(run.meta.unmeasured.first { $0.what.contains("codegen.csv") }?.why)
      #expect(why.contains("objdump") && why.contains("binutils"))
      #expect(ending.output.contains("not measured: machine-code facts"))
    }

    @Test("Without objdump 'bench codegen' says so; status 71")
    func codegenWithoutObjdump() throws {
      let ending = try Bench.run(["codegen"], in: directory.url, searchPath: directory.url.path)
      #expect(ending.status == 71)
      #expect(ending.output == "")
      #expect(ending.errorMessages.first?.contains("binutils") == true, "\(ending.errors)")
    }

    @Test("A program without symbols can't be compared with; status 65")
    func foreignProgram() throws {
      let ending = try Bench.run(["compare", Bench.path, "/bin/ls"], in: directory.url)
      #expect(ending.status == 65 && ending.output == "")
      #expect(ending.errorMessages.first?.contains("/bin/ls") == true, "\(ending.errors)")
    }

    // MARK: Between arms

    @Test("--between tells what the second arm's loops have more or less of, and the bytes")
    func between() throws {
      let ending = try Bench.run(["codegen", "--between", "fakehead", "mask"], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      let lines = ending.output.split(separator: "\n")
      #expect(lines.contains("Less work in mask than in fakehead:"))
      // Of the mask's jumps the loop's own is left.
      #expect(
        lines.contains {
          $0.hasPrefix("  compound_head throughput: conditional jumps ") && $0.contains(" -> 1, ")
        })
      let bloat = /add\/remove: \d+\/\d+ grow\/shrink: \d+\/\d+ up\/down: \d+\/-\d+ \(-\d+\)/
      #expect(lines.last?.firstMatch(of: bloat) != nil, "\(ending.output)")
    }

    @Test("An arm equals itself")
    func itself() throws {
      let ending = try Bench.run(["codegen", "--between", "mask", "mask"], in: directory.url)
      #expect(ending.output.contains(" 0 worse, 0 better, 0 rewritten, "))
      #expect(
        ending.output.hasSuffix("add/remove: 0/0 grow/shrink: 0/0 up/down: 0/0 (0)\n"))
    }

    @Test(
      "One arm, three, or one that is not there are refused; status 64",
      arguments: [["mask"], ["mask", "fakehead", "pointer"], ["mask", "maks"]])
    func refused(arms: [String]) throws {
      let ending = try Bench.run(["codegen", "--between"] + arms, in: directory.url)
      #expect(ending.status == 64)
      #expect(ending.output == "")
      #expect(ending.errorMessages.first?.contains("mask") == true, "\(ending.errors)")
    }
  }
}
