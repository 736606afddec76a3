import Foundation
import Host
import Measurement
import SystemPackage
import Testing
import Vmemmap

@testable import Results

@Suite("Matrix")
struct MatrixTests {
  // MARK: A published run

  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized
  private static let published = "results/published/2026-11-25-epyc-zen5-2c"
  private static let golden = URL(filePath: #filePath)
    .appending(path: "../Reference/matrix.txt").standardized

  private static func run(_ path: String = published) throws -> Run {
    try Run.load(FilePath(root.appending(path: path).path))
  }

  private static func text(_ columns: Int = 100, colors: Bool = false) throws -> String {
    let run = try run()
    let matrix = try #require(Matrix(run.summary, of: run.meta))
    return matrix.text(path: published, on: Screen(columns: columns, hasColors: colors))
  }

  @Test("The published run is the matrix that was looked at; UPDATE_DOCS=1 brings it up to date")
  func golden() throws {
    let text = try Self.text()
    if ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil {
      try Data(text.utf8).write(to: Self.golden)
    }
    #expect(text == (try String(contentsOf: Self.golden, encoding: .utf8)))
    #expect(text.lines.count <= 45)
    #expect(text.lines.allSatisfy { $0.count <= 100 })
  }

  @Test("A screen is never wider than 100 columns")
  func wide() throws {
    #expect(try Self.text(1000) == Self.text())
  }

  @Test("Every cell of the shown blocks has the row's own ratio")
  func values() throws {
    let run = try Self.run()
    let matrix = try #require(Matrix(run.summary, of: run.meta))
    let block = try #require(matrix.blocks.first)
    // As a person would look it up.
    let row = try #require(
      run.summary.first {
        $0.operation == "compound_head" && $0.mode == "throughput" && $0.arm == "mask"
          && $0.order == 9 && $0.pageClass == "fakehead" && $0.hvo == .on && $0.hugePages == 1024
      })
    #expect(block.shown[Matrix.Block.Cell(row)] == row)
    let line = try Self.text().lines.first { $0.hasPrefix("  fake heads") }
    #expect(line?.hasSuffix(row.markedRatio ?? "?") == true, "\(line ?? "")")
  }

  @Test("Narrow screens have all cells, one part below the other", arguments: [80, 60, 52])
  func narrow(columns: Int) throws {
    let text = try Self.text(columns)
    #expect(text.lines.allSatisfy { $0.count <= columns })
    #expect(text.cells.sorted() == (try Self.text().cells.sorted()))
    let parts = text.lines.count { $0.hasPrefix("time new / old") }
    #expect(parts == [80: 1, 60: 2, 52: 3][columns])
  }

  @Test("Colours say what the marks say, and nothing is missing without them")
  func colors() throws {
    let plain = try Self.text()
    #expect(!plain.contains("\u{1b}"))
    let colored = try Self.text(colors: true)
    #expect(colored.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain)
    let pieces = colored.matches(of: /\u{1b}\[([0-9;]+)m([^\u{1b}]*)\u{1b}\[0m/)
    #expect(Set(pieces.compactMap(\.output.2.last)) == ["<", ">", "?"])
    for piece in pieces {
      let mark = try #require(piece.output.2.last)
      #expect(["<": "38;5;33", ">": "38;5;208", "?": "2"][mark] == String(piece.output.1))
    }
  }

  @Test("The published run of many footprints and mappings stays a table")
  func scale() throws {
    let run = try Self.run(Self.published + "-scale")
    #expect(Matrix(run.summary, of: run.meta) == nil)
    #expect(try Report(run).render(.matrix) == Report(run).render(.table))
  }

  // MARK: Small runs

  private static func row(
    _ pageClass: String = "head", ratio: Double? = 0.5, _ verdict: Verdict? = .faster,
    _ change: (inout SummaryRow) -> Void = { _ in }
  ) -> SummaryRow {
    var row = SummaryRow.sample(ratio: ratio.map { $0 - 0.001...$0 + 0.001 })
    row.ratio = ratio
    row.verdict = verdict
    row.margin = 0.02
    row.kernels = "7.1 and later"
    row.pattern = "random_pfn"
    row.pageClass = pageClass
    (row.mix, row.predictability) = (pageClass == "head" ? 0 : 100, "uniform")
    row.hvo = .off
    row.mapping = .uniform(.base)
    change(&row)
    return row
  }

  private static func mixed(_ row: inout SummaryRow) {
    (row.mix, row.predictability) = (50, "random")
  }

  private static let meta: Meta = {
    var meta = Meta.sample
    meta.status = .complete
    meta.seed = 7
    meta.machine.hypervisor = nil
    return meta
  }()

  private func text(_ rows: [SummaryRow], _ meta: Meta = meta) throws -> String {
    try #require(Matrix(rows, of: meta)).text(path: "run")
  }

  @Test("Lines and columns that a plan lacks fall away")
  func small() throws {
    let rows = [Self.row(), Self.row("tail", ratio: 25.13, .slower)]
    #expect(
      try text(rows)
        == """
        mask (Linux 7.1 and later) against fakehead
        AMD EPYC, 2 CPUs
        1 cell, 3 processes, 4 code placements

        time new / old    HVO off
        order 9           1 folio
        compound_head, independent calls
          heads            0.50 <
          tails            25.1 >

        < new is faster   > new is slower
        more:   bench report [RUN]: cells in ns; --all-arms: all designs; --style mm: mail; \
        bench doctor
        run:    run, seed 7

        """)
  }

  @Test("What lies within the margin reads so, proven or not")
  func tiny() {
    let cases: [(Double, Verdict?, String)] = [
      (0.97, .faster, "0.97 <"), (0.99, .faster, "0.99 ="), (1.03, .slower, "1.03 >"),
      (1.013, .slower, "1.01 ="), (1.0, .same, "1.00 ="), (1.0, .unresolved, "1.00 ?"),
      (0.5, nil, "0.50 ?"), (0.5, .unresolved, "0.50 ?"),
    ]
    for (ratio, verdict, text) in cases {
      #expect(Self.row(ratio: ratio, verdict).markedRatio == text)
    }
    let narrow = Self.row(ratio: 1.003, .slower) { $0.margin = 0.001 }
    #expect(narrow.markedRatio == "1.003 >")
  }

  @Test(
    "Ratios have digits that mean something",
    arguments: [
      (0.0123, "0.012"), (0.05, "0.05"), (0.951, "0.95"), (9.99, "9.99"), (9.996, "10.0"),
      (25.06, "25.1"), (99.96, "100"), (132.4, "132"),
    ])
  func digits(ratio: Double, text: String) {
    #expect(Self.row(ratio: ratio, .unresolved).ratioNumber == text)
  }

  @Test("Without a ratio there is no number: a point, or no line, and the difference below")
  func withoutRatio() throws {
    let chain = Self.row("head", ratio: nil, nil) {
      $0.mode = "address_chain"
      $0.differenceNS = 1.5
    }
    let far = Self.row("tail", ratio: nil, nil) { $0.hvo = .on }
    let text = try text([
      Self.row(), Self.row("tail", ratio: 1.5, .slower), chain, far,
      Self.row { $0.hvo = .on },
      Self.row("fakehead", ratio: nil, nil) { $0.hvo = .on },
    ])
    #expect(text.contains("\n  heads            0.50 <                  0.50 <\n"), "\(text)")
    #expect(text.contains("\n  tails            1.50 >                       .\n"))
    #expect(text.contains("   . no ratio\n"))
    #expect(!text.contains("fake heads"))
    #expect(!text.contains("each call needs"))
    #expect(text.contains("\nothers: compound_head address_chain +1.50 ns\n"))
    for word in ["nil", "nan", "inf", "0.00", "Optional"] { #expect(!text.contains(word)) }
  }

  @Test("A ratio that depends on where code lies is marked, and not judged ones are counted")
  func doubts() throws {
    let text = try text([
      Self.row { $0.layoutsAgree = false }, Self.row("tail", ratio: 1.2, nil),
    ])
    #expect(text.contains(" 0.50 <*\n") && text.contains(" 1.20 ?\n"))
    #expect(text.contains("* depends on where the linker puts the code"))
    #expect(text.contains("sure:   no verdict in 1 cell: too few processes, or memory not"))
  }

  @Test("What a machine says of itself does not change which blocks are shown")
  func findings() throws {
    let run = try Self.run()
    var meta = run.meta
    meta.findings = (0..<9).map {
      Finding(what: "something that hurts measurement in one way or another, \($0)", why: "")
    }
    let text = try #require(Matrix(run.summary, of: meta)).text(path: Self.published)
    #expect(text.lines.count <= 45)
    #expect(text.cells.prefix(60) == (try Self.text().cells.prefix(60)))
    #expect(text.lines.filter { $0.contains("measurement") }.count <= 2)
    #expect(text.contains(/; [0-9]+ more\nmore:/))
  }

  @Test("How sure, what hurts, and that a run was cut short, come from meta.json")
  func remarks() throws {
    var meta = Self.meta
    meta.noiseFloor = try .sample(twins: 3, median: 0.002, p95: 0.01)
    meta.findings = [Finding(what: "virtual machine (KVM (nested))", why: "")]
    meta.unmeasured = [Meta.Unmeasured(what: "hardware counters (cycles, loads)", why: "")]
    meta.status = .interrupted
    meta.statusReason = "SIGINT"
    func step(_ planted: Double, _ resolved: Bool?) -> Meta.Sensitivity.Step {
      Meta.Sensitivity.Step(planted: planted, measured: planted, resolved: resolved)
    }
    // The smallest was found by chance.
    meta.sensitivity = Meta.Sensitivity(
      steps: [step(0.001, true), step(0.002, false), step(0.005, true), step(0.03, true)])
    let rows = [Self.row(), Self.row("tail")]
    let found = try text(rows, meta)
    #expect(
      found.contains(
        "\nsure:   the same code twice differs by 0.20 % (95th percentile 1.00 %); "
          + "a planted 0.50 % was found\n"), "\(found)")
    #expect(found.contains("\nbeware: virtual machine; no hardware counters\n"))
    #expect(found.contains("\nrun:    run, seed 7, interrupted (SIGINT)\n"))
    meta.sensitivity = Meta.Sensitivity(steps: [step(0.03, false)])
    meta.noiseFloor = nil
    #expect(
      try text(rows, meta).contains("sure:   no planted slow-down was found, at most 3.00 %\n"))
    // Too few processes find none, whatever the machine.
    meta.sensitivity = Meta.Sensitivity(steps: [step(0.03, nil)])
    #expect(!(try text(rows, meta).contains("planted")))
  }

  @Test("Other orders are named where they are over 10 % from order 9 or have another mark")
  func orders() throws {
    func order(_ order: Int, _ ratio: Double, _ verdict: Verdict = .faster) -> SummaryRow {
      Self.row(ratio: ratio, verdict) { $0.order = order }
    }
    let nine = [Self.row(), Self.row("tail", ratio: 0.6)]
    #expect(try !text(nine + [order(2, 0.54)]).contains("orders:"))
    #expect(
      try text(nine + [order(2, 0.56), order(3, 0.51), order(4, 0.5, .unresolved)]).contains(
        "\norders: compound_head, heads, HVO off, 1 folio: 0.56 < at order 2, 0.50 ? at 4\n"))
    // Where the other one wins is more than how much.
    let tails = Self.row("tail", ratio: 1.1, .slower) { $0.order = 2 }
    #expect(
      try text(nine + [order(2, 0.1), tails]).contains(
        "\norders: compound_head, tails, HVO off, 1 folio: 1.10 > at order 2; heads, HVO off, "))
  }

  @Test("Blocks that say most come first where there is no room for all; the others have a line")
  func room() throws {
    let classes = ["head", "tail", "fakehead", "head_aligned", "head_unaligned"]
    let rows = (0..<9).flatMap { number in
      (number == 4 ? Array(classes.prefix(2)) : classes).map { name in
        Self.row(name, ratio: name == "tail" ? 1.5 : 0.5, name == "tail" ? .slower : .faster) {
          $0.operation = "operation_\(number)"
        }
      }
    }
    let text = try text(rows)
    #expect(text.lines.count <= 45 && text.lines.count > 38)
    #expect(text.contains("\noperation_0, independent calls\n"))
    #expect(!text.contains("\noperation_4, independent calls\n"))
    #expect(text.contains("operation_4 0.50 < to 1.50 >;"), "\(text)")
  }

  @Test("Of what does not fit into a note's lines, it tells how much that is")
  func leftOver() {
    let items = (0..<40).map { "item number \($0)" }
    let note = Note("label:", items, lines: 2)
    let lines = note.lines(width: 100)
    #expect(lines.count == 2 && lines[0].hasPrefix("label:  item number 0; "))
    #expect(lines[1].hasPrefix("        ") && lines[1].hasSuffix(" more"))
    let told = lines.joined().matches(of: /item number/).count
    #expect(lines[1].hasSuffix("; \(40 - told) more"))
  }

  // MARK: What stays a table

  private static let plain = [row(), row("tail", ratio: 1.2, .slower)]

  private static let misfits: [String: [SummaryRow]] = [
    "nothing": [],
    "one cell": [row()],
    "one ratio": [row(), row("tail", ratio: nil, nil)],
    "threads": plain + [row("fakehead") { $0.threads = 2 }],
    "only threads": plain.map { changed($0) { $0.threads = 2 } },
    "mappings": plain + [row { $0.mapping = .uniform(.huge) }],
    "mixes": plain
      + [
        row("mix", mixed), row("mix") { ($0.mix, $0.predictability) = (10, "random") },
      ],
    "predictabilities": plain
      + [
        row("mix", mixed), row("mix") { ($0.mix, $0.predictability) = (50, "sorted") },
      ],
    "memory on another node": plain.map {
      changed($0) { ($0.cpuNode, $0.memoryNode) = (0, 1) }
    },
    "nodes": plain + plain.map { changed($0) { ($0.cpuNode, $0.memoryNode) = (1, 1) } },
    "templates on another node": plain + [row("fakehead") { $0.templates = "other" }],
    "neither order 9 nor 0": plain.map { changed($0) { $0.order = 4 } },
    "an order that order 9 has nothing beside": plain
      + [
        row {
          $0.order = 2
          $0.hugePages = 1024
        }
      ],
  ]

  private static func changed(
    _ row: SummaryRow, _ change: (inout SummaryRow) -> Void
  ) -> SummaryRow {
    var row = row
    change(&row)
    return row
  }

  private static func row(_ pageClass: String, _ change: (inout SummaryRow) -> Void) -> SummaryRow {
    row(pageClass, ratio: 0.5, .faster, change)
  }

  @Test("What a matrix can't tell stays a table", arguments: misfits.keys.sorted())
  func misfit(name: String) throws {
    let rows = try #require(Self.misfits[name])
    #expect(Matrix(rows, of: Self.meta) == nil)
    let report = Report(Run(path: "run", meta: Self.meta, summary: rows))
    #expect(try report.render(.matrix) == report.render(.table))
  }

  @Test("What is a table for one thing only is a matrix without it")
  func fits() throws {
    #expect(Matrix(Self.plain, of: Self.meta) != nil)
    #expect(Matrix(Self.plain + [Self.row("mix", Self.mixed)], of: Self.meta) != nil)
    #expect(Matrix(Self.plain.map { Self.changed($0) { $0.order = 0 } }, of: Self.meta) != nil)
  }

  @Test("Callers and populations have a line each below, and alone are a table")
  func callers() throws {
    let callers = [
      Self.changed(Self.row("head", ratio: 1.3, .slower) { $0.operation = "unpin_pages" }) {
        $0.differenceNS = 75.04
      },
      Self.row("any", ratio: 0.9, .faster) {
        $0.operation = "put_page"
        $0.population = "4k:1,2m:1"
        ($0.hugePages, $0.footprintBytes) = (16, 1 << 19)
      },
    ]
    #expect(Matrix(callers, of: Self.meta) == nil)
    let alone = try text(Self.plain).lines
    let text = try text(Self.plain + callers).lines
    #expect(
      Array(text.drop { !$0.hasPrefix("uses:") }.prefix(2)) == [
        "uses:   unpin_pages  order 9    HVO off, 1 folio  1.30 >  +75.0 ns",
        "        put_page     4k:1,2m:1  HVO off, 512 KiB  0.90 <",
      ])
    #expect(text.count == alone.count + 2)
  }

  @Test("A report of every arm is a table")
  func everyArm() throws {
    let run = Run(path: "run", meta: Self.meta, summary: Self.plain)
    #expect(
      try Report(run, arms: .all).render(.matrix) == Report(run, arms: .all).render(.table))
    #expect(try Report(run).render(.matrix) != Report(run).render(.table))
  }
}

extension String {
  fileprivate var lines: [Substring] {
    split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }

  /// What stands in the cells of lines, without points.
  fileprivate var cells: [String] {
    lines.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.flatMap { line in
      line.matches(of: /[0-9.]+ [<>=?]\*?/).map { String($0.output) }
    }
  }
}
