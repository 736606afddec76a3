import Host
import Measurement
import SystemPackage
import TestSupport
import Testing

@testable import Results

@Suite("Report")
struct ReportTests {
  /// Two cells of throughput, one of latency; an arm that is shown only when asked for.
  private static let rows: [SummaryRow] = {
    func pair(
      _ cell: Int,
      _ times: (Double, Double),
      _ ratio: ClosedRange<Double>?,
      _ verdict: Verdict?,
      _ change: (inout SummaryRow) -> Void
    ) -> [SummaryRow] {
      var old = SummaryRow.sample("fakehead", cell: cell, ratio: nil)
      old.nsPerOp = times.0
      var new = SummaryRow.sample(cell: cell, ratio: ratio)
      new.nsPerOp = times.1
      new.margin = 0.02
      new.verdict = verdict
      return [old, new].map { row in
        var row = row
        row.pageClass = "mix"
        change(&row)
        return row
      }
    }
    var memdesc = SummaryRow.sample("memdesc", cell: 1, ratio: 1.2...1.3)
    memdesc.pageClass = "mix"
    memdesc.verdict = .slower
    return
      pair(1, (4.15, 0.56), 0.13...0.15, .faster) { _ in } + [memdesc]
      + pair(2, (0.27, 0.54), 1.9...2.1, .slower) { row in
        row.pageClass = "head"
        row.mix = 0
        row.predictability = "uniform"
      }
      + pair(3, (142, 1035.4), 0.9...1.1, .unresolved) { row in
        row.mode = "latency"
        row.pageClass = "tail"
        row.mix = 100
        row.hugePages = 1024
        row.footprintBytes = 32 << 20
        row.hvo = .on
      }
  }()

  private static let meta: Meta = {
    var meta = Meta.sample
    meta.runID = "2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d"
    meta.status = .complete
    meta.seed = 7
    meta.commit = "0123abcd"
    meta.machine.kernelRelease = "7.1.0"
    meta.noiseFloor = try? .sample(twins: 3, median: 0.002, p95: 0.01)
    return meta
  }()

  private func report(
    _ rows: [SummaryRow] = rows,
    arms: SummaryTable.Arms = .new
  ) -> Report {
    Report(Run(path: "run", meta: Self.meta, summary: rows), arms: arms)
  }

  /// The run on disk, with samples of its first cell: of each arm three replicates, in the second of
  /// which one block was disturbed.
  private func sampled(_ style: Report.Style, isWhole: Bool = false) throws -> String {
    try withTemporaryDirectory { root in
      var meta = Self.meta
      meta.rows = Meta.Rows(summary: Self.rows.count, samples: 27)
      let directory = try RunDirectory.create(in: root, for: &meta)
      try directory.writeSummary(Self.rows)
      var samples: [SampleRow] = []
      for (arm, part, times) in [
        ("fakehead", SampleRow.Part.baseline, [4.0, 4.2, 4.4]), ("mask", .arm, [0.5, 0.6, 0.7]),
        ("fakehead", .twin, [9, 9, 9]),
      ] {
        for (process, time) in times.enumerated() {
          for round in 0..<3 {
            var sample = SampleRow.sample(round: round)
            sample.arm = arm
            sample.part = part
            sample.process = process
            sample.iterations = 1000
            sample.elapsedNS = Int(1000 * time) * (process == 1 && round == 2 ? 100 : 1)
            samples.append(sample)
          }
        }
      }
      try directory.appendSamples(samples)
      var run = try Run.load(directory.path)
      run = Run(path: run.path, meta: Self.meta, summary: run.summary)
      return try Report(run, isWhole: isWhole).render(style)
    }
  }

  @Test("table is what the run printed")
  func table() throws {
    #expect(try report().render(.table) == SummaryTable(Self.rows).render())
  }

  @Test("Whatever names a commit says whether it was changed, and of a debug build what it is")
  func builds() throws {
    var run = report().run.ofDebugBuild
    for style in [Report.Style.mm, .lkp, .mmtests, .ktap, .markdown, .html, .matrix] {
      let text = try Report(run).render(style)
      #expect(text.contains("debug build"), "\(style)")
    }
    var meta = Self.meta
    meta.dirty = true
    run = Run(path: "run", meta: meta, summary: Self.rows)
    for style in [Report.Style.mm, .lkp, .ktap, .markdown] {
      let text = try Report(run).render(style).split(whereSeparator: \.isWhitespace)
      #expect(
        text.contains { $0.hasPrefix("0123abcd,") } && text.contains { $0.hasPrefix("changed") },
        "\(style)")
    }
  }

  @Test("mm: old beside new by kernel or arm, a part for each operation, two modes side by side")
  func mm() throws {
    let text = try report().render(.mm)
    #expect(
      text == """
        compound_head(): fakehead -> mask
                                     independent calls          dependent chain
        ns per operation          old     new              old     new
         1 folio, HVO elsewhere
          heads+tails, random    4.15    0.56     -86%
          heads                  0.27    0.54     2.0x
         32 MiB, HVO on
          tails                                          142.0    1035        ?

        AMD EPYC; order 9; medians of 3 processes x 4 code placements; ?: not
        resolved; A/A noise 0.20 % (p95 1.00 %); compound-head-bench 0123abcd,
        user space.

        """, "\(text)"
    )
  }

  @Test("lkp: means over replicates, of what changed; the others only when asked for")
  func lkp() throws {
    let heading = """
      AMD EPYC, 2 CPUs, Linux 7.1.0
      run 2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d, commit 0123abcd, seed 7
      noise floor: A/A twins differ by 0.20 % in the median and 1.00 % at the 95th percentile \
      of 3 cells

      =========================================================================================
      cpu/mode/operation/tbox_group/testcase:
        AMD-EPYC-26-2-Zen-5/throughput/compound_head/epyc-2c-1a2b3c4d/compound-head-bench

      arm:\u{20}
        fakehead
        mask

              fakehead                        mask\u{20}
      ---------------- ---------------------------\u{20}
               %stddev     %change         %stddev
                   \\          |                \\\u{20}\u{20}

      """
    let head =
      "                                              compound-head.o9.head.walk.one.hvo_elsewhere.ns\n"
    let mix =
      "      4.20 ±  4%     -85.7%       0.60 ± 16%  compound-head.o9.mix.walk.one.hvo_elsewhere.ns\n"
    #expect(try sampled(.lkp) == heading + head + mix)
    let whole = try sampled(.lkp, isWhole: true)
    #expect(whole.hasPrefix(heading + head + mix + "\n===="))
    #expect(whole.hasSuffix("compound-head.o9.tail.walk.32MiB.hvo_on.ns\n"))
  }

  @Test("lkp: where nothing changed it says so, and what was not judged or decided by place")
  func lkpWithoutChange() throws {
    let text = try report(changed { $0.verdict = .same }).render(.lkp)
    #expect(text.hasSuffix("\nno cell changed beyond the margin; all cells: --all\n"))
    let byPlace = changed {
      ($0.ratio, $0.layoutsAgree) = (3, false)
      $0.verdict = .slower
    }
    #expect(
      try report(byPlace).render(.lkp).hasSuffix(
        "\nno cell changed beyond the margin; 1 cell decided by where the code lies; all cells: --all\n"
      ))
    #expect(
      try report(changed { $0.verdict = nil }).render(.lkp).hasSuffix(
        "\n1 cell not judged, as of too few processes; all cells: --all\n"))
  }

  @Test("mmtests: means and deviations, gains in percent, stars where the arms were told apart")
  func mmtests() throws {
    let text = try sampled(.mmtests)
    #expect(
      text.hasSuffix(
        """

        compound_head throughput, ns per operation
                                                              fakehead                   mask
        Amean    o9-mix-walk-one-hvo_elsewhere         4.20 (   0.00%)        0.60 *  85.71%*
        Amean    o9-head-walk-one-hvo_elsewhere
        CoeffVar o9-mix-walk-one-hvo_elsewhere         4.76 (   0.00%)       16.67 (-250.00%)
        CoeffVar o9-head-walk-one-hvo_elsewhere

        compound_head latency, ns per operation
                                                         fakehead                   mask
        Amean    o9-tail-walk-32MiB-hvo_on
        CoeffVar o9-tail-walk-32MiB-hvo_on

        """), "\(text)")
    let whole = try sampled(.mmtests, isWhole: true)
    for line in [
      "Min       o9-mix-walk-one-hvo_elsewhere         4.00 (   0.00%)        0.50 (  87.50%)",
      "Stddev    o9-mix-walk-one-hvo_elsewhere         0.20 (   0.00%)        0.10 (  50.00%)",
      "Max       o9-mix-walk-one-hvo_elsewhere         4.40 (   0.00%)        0.70 (  84.09%)",
      "BAmean-50 o9-mix-walk-one-hvo_elsewhere         4.00 (   0.00%)        0.50 (  87.50%)",
      "BAmean-99 o9-mix-walk-one-hvo_elsewhere         4.10 (   0.00%)        0.55 (  86.59%)",
    ] { #expect(whole.contains("\n\(line)\n"), "\(whole)") }
  }

  @Test("markdown: every cell folded, below what the run says")
  func markdown() throws {
    let text = try report().render(.markdown)
    #expect(text.hasPrefix("```text\nmask against fakehead\n"))
    #expect(
      text.contains(
        """
        ```

        <details>
        <summary>All 3 comparisons</summary>

        ### compound_head, throughput (ns per operation)

        | order | class | footprint | HVO | old | ns | new | ns | new/old | verdict |
        | ---: | :--- | :--- | :--- | :--- | ---: | :--- | ---: | :--- | :--- |
        | 9 | mix (50 % tail, random) | 1 folio | elsewhere | fakehead | 4.15 | mask | 0.56 | \
        0.14x [0.13, 0.15] | faster |
        | 9 | head | 1 folio | elsewhere | fakehead | 0.27 | mask | 0.54 | 2.00x [1.90, 2.10] | \
        slower |

        ### compound_head, latency (ns per operation)

        | order | class | footprint | HVO | old | ns | new | ns | new/old | verdict |
        | ---: | :--- | :--- | :--- | :--- | ---: | :--- | ---: | :--- | :--- |
        | 9 | tail | 1024 folios, 32 MiB | on | fakehead | 142.0 | mask | 1035 | 1.00x [0.90, \
        1.10] | unresolved |

        </details>

        """), "\(text)")
    #expect(!text.contains("left out"))
  }

  @Test("markdown: what the run says stands below where the cells fit no matrix")
  func markdownWithoutMatrix() throws {
    let text = try report(Array(Self.rows.prefix(2))).render(.markdown)
    #expect(text.hasPrefix("\n<details>\n<summary>All 1 comparison</summary>\n"))
    #expect(text.contains("\n</details>\n\n- Of 1 cell, mask against fakehead wins in 1"))
    #expect(text.hasSuffix("\n- run \(Self.meta.runID), commit 0123abcd, seed 7\n"))
  }

  @Test("markdown: never over 60,000 bytes, and what is left out is counted")
  func markdownLimit() throws {
    let rows = (0..<3000).map { number in
      var row = SummaryRow.sample(cell: number)
      row.order = number % 64
      return row
    }
    let text = try report(rows).render(.markdown)
    #expect(text.utf8.count < 60_000 && text.utf8.count > 50_000)
    let shown = text.split(separator: "\n").count { $0.contains("0.14x") && $0.hasPrefix("|") }
    #expect(
      text.contains(
        "\n\(3000 - shown) of 3000 comparisons are left out, which GitHub has no room for: "
          + "`bench report run`\n"))
    var meta = Self.meta
    meta.label = String(repeating: "ü", count: 100_000)
    meta.commit = String(repeating: "`", count: 100_000)
    let plain = try Golden.published()
    let huge = Run(path: "run", meta: meta, summary: plain.summary)
    for caveat in ["", String(repeating: "x", count: 100_000)] {
      let report = Report(huge, caveats: [caveat], path: String(repeating: "/", count: 10_000))
      #expect(try report.render(.markdown).utf8.count < 60_000)
    }
  }

  @Test("github-benchmark: an entry for each ratio, and none without one")
  func githubBenchmark() throws {
    let rows = [Self.rows[0], Self.rows[1]] + changed { $0.ratio = nil }
    #expect(
      try report(rows).render(.githubBenchmark) == """
        [
          {
            "extra" : "4.15 ns (fakehead) -> 0.56 ns\\nfaster",
            "name" : "compound_head.throughput/o9.mix.walk.one.hvo_elsewhere/mask",
            "range" : "0.13..0.15",
            "unit" : "ratio",
            "value" : 0.14
          }
        ]

        """)
    #expect(try report([]).render(.githubBenchmark) == "[\n\n]\n")
  }

  // MARK: What is special

  private func changed(_ change: (inout SummaryRow) -> Void) -> [SummaryRow] {
    var row = SummaryRow.sample(ratio: 1.0...1.02)
    row.margin = 0.02
    change(&row)
    return [row]
  }

  @Test("Every style for people says so where no cell has the arm", arguments: forPeople)
  func noRows(style: Report.Style) throws {
    #expect(
      try report([]).render(style).contains(
        "No cell compares an arm of new kernels with another.")
    )
  }

  @Test(
    "These styles have the ratio, its interval and the verdict",
    arguments: [Report.Style.table, .markdown, .ktap])
  func conclusions(style: Report.Style) throws {
    let text = try report().render(style)
    for row in Self.rows where row.arm == "mask" {
      let lines = text.split(separator: "\n").filter { $0.contains(row.ratioText ?? "?") }
      #expect(lines.count == 1 && lines[0].contains(row.verdict?.rawValue ?? "?"), "\(text)")
    }
  }

  private static let forPeople = Report.Style.allCases.filter { $0 != .githubBenchmark }

  @Test("Every style for people has what must be known to read it", arguments: forPeople)
  func caveats(style: Report.Style) throws {
    let run = Run(path: "run", meta: Self.meta, summary: Self.rows)
    let text = try Report(run, caveats: ["these are", "user-space costs"]).render(style)
    #expect(text.contains("these are") && text.contains("user-space costs"))
    if style == .ktap { #expect(text.contains("\n# these are\n# user-space costs\n")) }
  }

  @Test("Every arm is shown when asked for", arguments: Report.Style.allCases)
  func everyArm(style: Report.Style) throws {
    #expect(try report(arms: .all).render(style).contains("memdesc"))
    // What kernels may have one day is in the answer below a table.
    #expect(try report().render(style).contains("memdesc") == (style == .table))
  }

  @Test(
    "What was not measured stays empty", arguments: Report.Style.allCases.filter { $0 != .html })
  func empty(style: Report.Style) throws {
    let text = try report(
      changed {
        ($0.ratio, $0.ratioLo, $0.ratioHi) = (nil, nil, nil)
        $0.verdict = nil
        $0.hvo = nil
      }
    ).render(style)
    for word in ["nil", "nan", "inf", "0.00", "Optional"] { #expect(!text.contains(word)) }
  }

  @Test("mm: a label that leaves no room for the numbers has a line of its own")
  func longLabel() throws {
    let long = changed { $0.pageClass = String(repeating: "x", count: 60) }
    let text = try report(Self.rows + long).render(.mm)
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 72 })
    #expect(lines.contains { $0.hasPrefix("  xxx") && !$0.contains("0.56") })
  }

  @Test("markdown: what would be a mark is none")
  func escaping() throws {
    let text = try report(changed { $0.pageClass = "a|b*c" }).render(.markdown)
    #expect(text.contains("| a\\|b\\*c "))
  }

  @Test("Damaged samples are an error in the styles that show them", arguments: [true, false])
  func damagedSamples(areShown: Bool) throws {
    try withTemporaryDirectory { root in
      var meta = Self.meta
      meta.rows = Meta.Rows(summary: Self.rows.count, samples: 27)
      let directory = try RunDirectory.create(in: root, for: &meta)
      try directory.writeSummary(Self.rows)
      try directory.path.appending("samples.csv").write("cell,arm\n1,mask\n")
      let report = Report(try Run.load(directory.path))
      for style in Report.Style.allCases where (style == .lkp || style == .mmtests) == areShown {
        if areShown {
          #expect(throws: ResultsError.self) { try report.render(style) }
        } else {
          _ = try report.render(style)
        }
      }
    }
  }
}
