import Foundation
import Results
import SystemPackage
import Testing

extension BenchTests {
  @Suite("Comparing runs", .needsProgram)
  struct ComparisonTests {
    private static let finished = Result { try FinishedRun(Bench.tinyPlan) }
    private let directory: TemporaryDirectory
    private let meta: Meta
    private let rows: [SummaryRow]
    private let code: [CodegenRow]

    /// Narrow intervals, whatever the machine was busy with when the run was measured.
    init() throws {
      directory = try TemporaryDirectory()
      let finished = try Self.finished.get()
      var meta = finished.run.meta
      // However noisy it was.
      meta.noiseFloor = nil
      self.meta = meta
      code = finished.codegen
      rows = finished.run.summary.map { row in
        var row = row
        row.ratioLo = row.ratio.map { $0 * 0.99 }
        row.ratioHi = row.ratio.map { $0 * 1.01 }
        (row.nullLo, row.nullHi) = (0.99, 1.01)
        // By ratios alone, and as if by several processes.
        row.differenceNS = nil
        row.differenceCycles = nil
        row.processes = 3
        return row
      }
      try write(meta, rows, to: "baseline")
    }

    private func write(
      _ meta: Meta, _ rows: [SummaryRow], _ code: [CodegenRow]? = nil, to name: String
    ) throws {
      var meta = meta
      meta.rows = Meta.Rows(summary: rows.count, samples: 0)
      let run = try RunDirectory.create(in: FilePath(directory.file("all").path), for: &meta)
      try run.writeSummary(rows)
      try run.writeCodegen(code ?? self.code)
      try run.writePlan(try Self.finished.get().plan)
      try FileManager.default.moveItem(atPath: run.path.string, toPath: directory.file(name).path)
    }

    /// The rows with the ratios of one arm multiplied by `factor`.
    private func changed(_ arm: String, by factor: Double) -> [SummaryRow] {
      rows.map { row in
        guard row.arm == arm else { return row }
        var row = row
        row.ratio = row.ratio.map { $0 * factor }
        row.ratioLo = row.ratioLo.map { $0 * factor }
        row.ratioHi = row.ratioHi.map { $0 * factor }
        return row
      }
    }

    /// Without a second measurement, unless that is asked for.
    private func compare(
      _ baseline: String, _ current: String, _ options: String...
    ) throws -> Bench.Ending {
      let confirm = options.contains("--confirm") ? [] : ["--confirm", "never"]
      return try Bench.run(["compare", baseline, current] + confirm + options, in: directory.url)
    }

    @Test("A run is no worse than itself; status 0")
    func itself() throws {
      try write(meta, rows, to: "same")
      let ending = try compare("baseline", "same")
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(try compare("baseline", "./baseline").status == 69, "that is one run")
      #expect(ending.output.contains("\ntimes: 0 slower, 0 suspected, 0 faster"))
      #expect(
        ending.output.hasPrefix(
          "ok: none of \(rows.count { !$0.isBaseline }) timed comparisons is shown to be slower; "
            + "none of \(code.count) loops has more work\n"), "\(ending.output)")
    }

    @Test("More loads in the baseline's loops are listed, and status 1 with --strict-code")
    func moreWork() throws {
      let baseline = try #require(rows.first?.baseline)
      let slower = code.map { row in
        var row = row
        row.loads += row.arm == baseline ? 8 : 0
        return row
      }
      try write(meta, rows, slower, to: "current")
      let listed = try compare("baseline", "current")
      #expect(listed.status == 0 && listed.errors == "")
      #expect(listed.output.contains("More work in the head than in the base:"))
      #expect(listed.output.contains("  compound_head throughput \(baseline): loads "))
      #expect(!listed.output.contains("throughput mask: "))
      let red = try compare("baseline", "current", "--strict-code")
      #expect(red.status == 1 && red.output.hasPrefix("FAIL: "))
      #expect(
        try compare("current", "baseline", "--strict-code").status == 0,
        "less work is no regression")
    }

    @Test("A mask arm that takes 30 % longer is suspected by arm and cell, and not red: status 0")
    func worse() throws {
      try write(meta, changed("mask", by: 1.3), to: "current")
      let ending = try compare("baseline", "current")
      #expect(ending.status == 0)
      #expect(ending.errors == "")
      let worse = rows.filter { $0.arm == "mask" }
      try #require(worse.count == 2)
      #expect(ending.output.hasPrefix("suspected, not confirmed: \(worse.count) of "))
      let lines = ending.output.split(separator: "\n").filter {
        $0.hasPrefix("    ") && $0.contains("+30.0 %")
      }
      #expect(lines.count == worse.count)
      for line in lines { #expect(line.contains("o0.order-0.one."), "\(line)") }
      #expect(ending.output.contains("compound_head.throughput, mask / "))
      let json = try compare("baseline", "current", "--style", "json")
      #expect(json.output.contains("\"result\" : \"suspected\""))
    }

    @Test("Suspects that both programs measure again and are as they were are cleared; status 0")
    func cleared() throws {
      try write(meta, changed("mask", by: 1.3), to: "current")
      let ending = try compare(
        "baseline", "current", "--confirm", "always", "--confirm-budget", "50")
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.output.hasPrefix("ok: "), "\(ending.output)")
      #expect(ending.output.contains("Suspected, and measured again: 2\n"))
      #expect(ending.output.contains(": not confirmed by "))
      #expect(directory.names("results/second").count == 1)
    }

    @Test("Where no suspect is left nothing is measured again, however little time there is for it")
    func nothingToConfirm() throws {
      try write(meta, rows, to: "same")
      let same = try compare("baseline", "same", "--confirm", "auto", "--confirm-budget", "50")
      #expect(same.status == 0 && same.errors == "", "\(same.errors)")
      try write(meta, changed("mask", by: 1.3), to: "current")
      try Data("*/mask a check more\n".utf8).write(to: directory.file("accepted"))
      let accepted = try compare(
        "baseline", "current", "--confirm", "auto", "--confirm-budget", "50", "--accept",
        "accepted")
      #expect(accepted.status == 0 && accepted.errors == "", "\(accepted.errors)")
      #expect(directory.names("results") == [])
    }

    @Test("What was measured again and can't be read leaves suspects; with always, status 69")
    func unreadable() throws {
      try write(meta, changed("mask", by: 1.3), to: "current")
      let id = try directory.run("current").meta.runID
      for program in ["baseline", "current"] {
        // No link can take its place, as where a file system has none.
        try FileManager.default.createDirectory(
          at: directory.file("results/second/\(id)/\(program)/latest"),
          withIntermediateDirectories: true)
      }
      let auto = try compare("baseline", "current", "--confirm", "auto")
      #expect(auto.status == 0 && auto.output.hasPrefix("suspected, not confirmed: "))
      let text = auto.output.replacing("\n", with: " ").replacing("   ", with: " ")
      #expect(text.contains("not measured again: ") && text.contains("meta.json"), "\(text)")
      let always = try compare("baseline", "current", "--confirm", "always")
      // Which program is first is drawn by lot, and so is the run that it names.
      #expect(always.status == 69, "\(always.errors)")
      #expect(always.output.hasPrefix("suspected, not confirmed: "), "\(always.output)")
    }

    @Test("Ctrl-C ends a second measurement, which keeps what it finished")
    func interrupted() throws {
      try write(meta, changed("mask", by: 1.3), to: "current")
      let id = try directory.run("current").meta.runID
      let second = "results/second/\(id)"
      let program = try StartedProgram(
        Bench.path, ["compare", "baseline", "current", "--confirm-budget", "400"],
        in: directory.url)
      func run() -> String? {
        directory.names(second).map { "\(second)/\($0)/latest" }.first {
          (try? directory.text("\($0)/samples.csv"))?.contains("\n") == true
        }
      }
      try #require(happens(within: 20) { run() != nil })
      program.sendToAll(SIGINT)
      let ending = try program.ending()
      #expect(ending.status == 130 && ending.reason == .exit, "\(ending.errors)")
      let kept = try directory.run(try #require(run()))
      #expect(kept.meta.status == .interrupted && kept.meta.statusReason == "SIGINT")
      #expect(!kept.summary.isEmpty)
    }

    @Test(
      "Where the program that measured is not what it was, suspects stay; with always, status 69")
    func goneProgram() throws {
      var meta = meta
      meta.binary?.buildID = "00"
      try write(meta, changed("mask", by: 1.3), to: "current")
      let auto = try compare("baseline", "current", "--confirm", "auto")
      #expect(auto.status == 0 && auto.output.hasPrefix("suspected, not confirmed: "))
      let text = auto.output.replacing("\n", with: " ").replacing("   ", with: " ")
      #expect(text.contains("was built anew"), "\(auto.output)")
      let always = try compare("baseline", "current", "--confirm", "always")
      #expect(always.status == 69)
      #expect(always.errorMessages.first?.contains("was built anew") == true, "\(always.errors)")
      meta.binary?.path = "../nowhere"
      try write(meta, changed("mask", by: 1.3), to: "gone")
      #expect(try compare("baseline", "gone", "--confirm", "auto").output.contains("is gone"))
    }

    @Test("A run that was moved knows its program again, where that is the one that compares")
    func movedRun() throws {
      var meta = meta
      meta.binary?.path = "../program-of-where-it-was"
      try write(meta, changed("mask", by: 1.3), to: "current")
      try FileManager.default.createDirectory(
        at: directory.file("deeper/down"), withIntermediateDirectories: true)
      try FileManager.default.moveItem(
        at: directory.file("current"), to: directory.file("deeper/down/current"))
      let ending = try compare(
        "baseline", "deeper/down/current", "--confirm", "auto", "--confirm-budget", "5")
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(!ending.output.contains(" gone"), "\(ending.output)")
    }

    @Test("What is accepted with a reason, ignored or below the threshold is not suspected")
    func exceptions() throws {
      try write(meta, changed("mask", by: 1.3), to: "current")
      try Data("*/mask a check more\n*/nothing old\n".utf8).write(to: directory.file("accepted"))
      let accepted = try compare("baseline", "current", "--accept", "accepted")
      #expect(accepted.output.hasPrefix("ok: "))
      #expect(accepted.output.contains(": a check more\n"))
      #expect(accepted.output.contains("nothing like it got worse: */nothing\n"))
      #expect(try compare("baseline", "current", "--ignore", "*/mask,*/x").output.hasPrefix("ok: "))
      #expect(try compare("baseline", "current", "--threshold", "35%").output.hasPrefix("ok: "))
      #expect(
        try compare("baseline", "current", "--threshold", "0.25").output.hasPrefix("suspected"))
      try Data("*/mask\n".utf8).write(to: directory.file("accepted"))
      #expect(try compare("baseline", "current", "--accept", "accepted").status == 65)
      #expect(try compare("baseline", "current", "--threshold", "much").status == 64)
      #expect(try compare("baseline", "current", "--threshold", "5").status == 64, "500 %")
      #expect(try compare("baseline", "current", "--accept", "no-such-file").status == 66)
      #expect(
        try compare("baseline", "current", "--only", "times", "--strict-code").status == 64)
    }

    @Test("A half that is missing is told, and an error where it is required; status 69")
    func halves() throws {
      try write(meta, rows, to: "current")
      try FileManager.default.removeItem(at: directory.file("current/codegen.csv"))
      let ending = try compare("baseline", "current")
      #expect(ending.status == 0 && ending.output.contains("code of timed loops: not compared"))
      for options in [["--require", "code,times"], ["--only", "code"]] {
        #expect(try compare("baseline", "current", options[0], options[1]).status == 69)
      }
      #expect(try compare("baseline", "current", "--require", "times").status == 0)
    }

    @Test("Two programs are compared by their code, and nothing is measured")
    func programs() throws {
      let ending = try Bench.run(
        ["compare", Bench.path, Bench.path, "--strict-code"], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.output.hasPrefix("ok: none of "))
      #expect(directory.names("results") == [])
      #expect(try Bench.run(["compare", Bench.path, "baseline"], in: directory.url).status != 0)
    }

    @Test(
      "A run of fewer than three processes, or one that was cut short, can't be judged; status 69")
    func notJudged() throws {
      let few = rows.map { row in
        var row = row
        row.processes = 2
        return row
      }
      try write(meta, few, to: "few")
      var cut = meta
      cut.status = .interrupted
      try write(cut, rows, to: "cut")
      for name in ["few", "cut"] {
        let ending = try compare("baseline", name)
        #expect(ending.status == 69)
        #expect(ending.errorMessages.first?.hasPrefix("Error: not comparable: ") == true)
      }
      #expect(try compare("baseline", "cut", "--accept-cut").status == 0)
    }

    @Test("A run that takes 30 % less is none; status 0")
    func better() throws {
      try write(meta, changed("mask", by: 1 / 1.3), to: "current")
      let ending = try compare("baseline", "current")
      #expect(ending.status == 0)
      #expect(ending.output.contains("0 slower, 0 suspected, 2 faster"))
    }

    @Test("A run that was saved under a name is compared with by it; others are told")
    func named() throws {
      let options = ["run"] + Bench.tinyPlan
      let saved = try Bench.run(options + ["--save-baseline", "main-1"], in: directory.url)
      try #require(saved.status == 0, "\(saved.errors)")
      let run = try #require(directory.names("results").first { $0.hasPrefix("2") })
      #expect(try directory.run("results/baselines/main-1").meta.runID == run)
      // Of one process: it is found, and can't be judged.
      let one = try Bench.run(["compare", "--baseline", "main-1"], in: directory.url)
      #expect(one.status == 69)
      let missing = try Bench.run(["compare", "--baseline", "main-2"], in: directory.url)
      #expect(missing.status == 66)
      #expect(
        missing.errorMessages.first?.contains("there are: main-1") == true, "\(missing.errors)")
      for name in ["../x", "", ".x", "a b"] {
        #expect(try Bench.run(["compare", "--baseline", name], in: directory.url).status == 64)
        #expect(
          try Bench.run(options + ["--save-baseline", name], in: directory.url).status == 64)
      }
    }

    @Test("A run that is not there is told by its path; status 66")
    func missing() throws {
      for arguments in [["nowhere", "baseline"], ["baseline", "nowhere"]] {
        let ending = try Bench.run(["compare"] + arguments, in: directory.url)
        #expect(ending.status == 66)
        #expect(ending.output == "")
        #expect(ending.errorMessages.count == 1)
        #expect(ending.errorMessages.first?.contains("nowhere") == true, "\(ending.errors)")
      }
    }

    @Test("A summary that ends within a row is told by file and line; status 65")
    func damaged() throws {
      try write(meta, rows, to: "current")
      let text = try directory.text("current/summary.csv")
      try Data(text.utf8.dropLast(20)).write(to: directory.file("current/summary.csv"))
      let ending = try compare("baseline", "current")
      #expect(ending.status == 65)
      #expect(ending.errorMessages.count == 1)
      let line = text.split(separator: "\n").count
      #expect(
        ending.errorMessages.first?.contains("summary.csv, line \(line)") == true,
        "\(ending.errors)")
    }

    @Test("A word in a number's place is told by line, column and value; status 65")
    func word() throws {
      try write(meta, rows, to: "current")
      let n = try #require(rows.first?.iterations)
      try directory.edit("current/summary.csv", ",\(n),", ",many,")
      let ending = try compare("baseline", "current")
      #expect(ending.status == 65)
      let message = try #require(ending.errorMessages.first)
      #expect(
        message.contains("line 2, column iterations") && message.contains("many"), "\(message)")
    }

    @Test(
      "Another schema is told with both versions, and can't be judged; status 69",
      arguments: [
        ("summary.csv", "\n2,", "\n3,"), ("meta.json", "version\" : 2,", "version\" : 3,"),
      ])
    func foreignSchema(file: String, known: String, foreign: String) throws {
      try write(meta, rows, to: "current")
      try directory.edit("current/\(file)", known, foreign)
      let ending = try compare("baseline", "current")
      #expect(ending.status == 69)
      let message = try #require(ending.errorMessages.first)
      #expect(message.contains("version 3") && message.contains("version 2"), "\(message)")
    }

    @Test("A run of another machine is refused with the fields that differ; status 69")
    func otherMachine() throws {
      var meta = meta
      meta.machine.cpuModel = "Z80"
      meta.machine.logicalCPUs = 1
      try write(meta, rows, to: "current")
      let ending = try compare("baseline", "current")
      #expect(ending.status == 69)
      let message = try #require(ending.errorMessages.first)
      #expect(message.contains("CPU model") && message.contains("Z80"), "\(message)")
      #expect(message.contains("logical CPUs"), "\(message)")
      #expect(!message.contains("caches"), "\(message)")
    }

    @Test("Runs with no cell in common are refused; status 69")
    func nothingInCommon() throws {
      let others = rows.map { row in
        var row = row
        row.order = 3
        return row
      }
      try write(meta, others, to: "current")
      #expect(try compare("baseline", "current").status == 69)
    }
  }
}
