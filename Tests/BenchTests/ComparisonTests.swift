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
      meta = finished.run.meta
      code = finished.codegen
      rows = finished.run.summary.map { row in
        var row = row
        row.ratioLo = row.ratio.map { $0 * 0.99 }
        row.ratioHi = row.ratio.map { $0 * 1.01 }
        (row.nullLo, row.nullHi) = (0.99, 1.01)
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

    private func compare(_ baseline: String, _ current: String) throws -> Bench.Ending {
      try Bench.run(["compare", baseline, current], in: directory.url)
    }

    @Test("A run is no worse than itself; status 0")
    func itself() throws {
      let ending = try compare("baseline", "baseline")
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.output.contains("Times: 0 worse, 0 better"))
      #expect(
        ending.output.contains(
          "Code of \(code.count) timed loops: 0 worse, 0 better, 0 rewritten, \(code.count) equal"))
    }

    @Test("More loads in the baseline's loops are a regression, though no ratio tells; status 1")
    func moreWork() throws {
      let baseline = try #require(rows.first?.baseline)
      let slower = code.map { row in
        var row = row
        row.loads += row.arm == baseline ? 8 : 0
        return row
      }
      try write(meta, rows, slower, to: "current")
      let ending = try compare("baseline", "current")
      #expect(ending.status == 1)
      #expect(ending.errors == "")
      #expect(ending.output.contains("More work in the current run than in the baseline run:"))
      #expect(ending.output.contains("  compound_head throughput \(baseline): loads "))
      #expect(!ending.output.contains("throughput mask: "))
      #expect(try compare("current", "baseline").status == 0, "less work is no regression")
    }

    @Test("A run whose mask arm takes 30 % longer is a regression, told by arm and cell; status 1")
    func worse() throws {
      try write(meta, changed("mask", by: 1.3), to: "current")
      let ending = try compare("baseline", "current")
      #expect(ending.status == 1)
      #expect(ending.errors == "")
      let worse = rows.filter { $0.arm == "mask" }
      try #require(worse.count == 2)
      #expect(ending.output.contains("Times: \(worse.count) worse, 0 better"))
      let lines = ending.output.split(separator: "\n").filter { $0.contains("+30.0 %") }
      #expect(lines.count == worse.count)
      for (line, row) in zip(lines, worse) {
        #expect(line.contains("mask against \(row.baseline)"), "\(line)")
        #expect(line.contains("order 0") && line.contains("1 folio"), "\(line)")
      }
    }

    @Test("A run whose mask arm takes 30 % less is none; status 0")
    func better() throws {
      try write(meta, changed("mask", by: 1 / 1.3), to: "current")
      let ending = try compare("baseline", "current")
      #expect(ending.status == 0)
      #expect(ending.output.contains("0 worse, 2 better"))
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
      "Another schema is told with both versions; status 65",
      arguments: [
        ("summary.csv", "\n2,", "\n3,"), ("meta.json", "version\" : 2,", "version\" : 3,"),
      ])
    func foreignSchema(file: String, known: String, foreign: String) throws {
      try write(meta, rows, to: "current")
      try directory.edit("current/\(file)", known, foreign)
      let ending = try compare("baseline", "current")
      #expect(ending.status == 65)
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
