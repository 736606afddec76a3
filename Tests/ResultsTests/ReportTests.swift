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
  private func sampled(_ style: Report.Style) throws -> String {
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
      return try Report(run).render(style)
    }
  }

  @Test("table is what the run printed")
  func table() throws {
    #expect(try report().render(.table) == SummaryTable(Self.rows).render())
  }

  @Test("mm: a commit message's table, old beside new, no line longer than 75 columns")
  func mm() throws {
    let text = try report().render(.mm)
    #expect(
      text == """
        compound_head throughput, ns per operation: fakehead -> mask
                                   old   new  new/old             verdict
        order 9, 1 folio, HVO elsewhere
         mix (50 % tail, random)  4.15  0.56  0.14x [0.13, 0.15]  faster
         head                     0.27  0.54  2.00x [1.90, 2.10]  slower

        compound_head latency, ns per operation: fakehead -> mask
                 old   new  new/old             verdict
        order 9, 1024 folios, 32 MiB, HVO on
         tail  142.0  1035  1.00x [0.90, 1.10]  unresolved

        Of 3 cells, mask against fakehead wins in 1 (33 %: mix 1 of 1), at best
          0.14x the time in compound_head throughput, order 9, mix (50 % tail,
          random), 1 folio, HVO elsewhere; loses in 1 (33 %: head 1 of 1), at worst
          2.00x the time in compound_head throughput, order 9, head, 1 folio, HVO
          elsewhere; nothing can be told in 1.
        Of 1 cell, memdesc against fakehead loses in 1 (100 %: mix 1 of 1), at
          worst 1.25x the time in compound_head throughput, order 9, mix (50 %
          tail, random), 1 folio, HVO elsewhere.
        noise floor: A/A twins differ by 0.20 % in the median and 1.00 % at the
          95th percentile of 3 cells
        AMD EPYC, 2 CPUs, Linux 7.1.0
        run 2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d, commit 0123abcd, seed 7

        """
    )
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 75 })
  }

  @Test("lkp: the kernel test robot's columns, means over replicates")
  func lkp() throws {
    #expect(
      try sampled(.lkp) == """
        AMD EPYC, 2 CPUs, Linux 7.1.0
        run 2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d, commit 0123abcd, seed 7
        noise floor: A/A twins differ by 0.20 % in the median and 1.00 % at the 95th percentile \
        of 3 cells

        =========================================================================
        arm:
          fakehead
          mask

                fakehead                        mask
        ---------------- ---------------------------
                 %stddev     %change         %stddev
                     \\          |                \\
              4.20 ±  5%     -85.7%       0.60 ± 17%  \
        compound_head.throughput.order-9.mix-50-tail-random.1-folio.HVO-elsewhere.ns_per_op  \
        0.14x [0.13, 0.15] faster
                                                      \
        compound_head.throughput.order-9.head.1-folio.HVO-elsewhere.ns_per_op  2.00x [1.90, \
        2.10] slower
                                                      \
        compound_head.latency.order-9.tail.1024-folios-32-MiB.HVO-on.ns_per_op  1.00x [0.90, \
        1.10] unresolved

        """
    )
  }

  @Test("mmtests: its statistics, gains in percent, stars where the arms were told apart")
  func mmtests() throws {
    #expect(
      try sampled(.mmtests) == """
        AMD EPYC, 2 CPUs, Linux 7.1.0
        run 2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d, commit 0123abcd, seed 7
        noise floor: A/A twins differ by 0.20 % in the median and 1.00 % at the 95th percentile \
        of 3 cells

        compound_head throughput, ns per operation
                                                                                fakehead        \
                   mask
        Min      order-9-mix-50-tail-random-1-folio-HVO-elsewhere        4.00 (   0.00%)        \
        0.50 (  87.50%)
        Min      order-9-head-1-folio-HVO-elsewhere
        Amean    order-9-mix-50-tail-random-1-folio-HVO-elsewhere        4.20 (   0.00%)        \
        0.60 *  85.71%*  0.14x [0.13, 0.15] faster
        Amean    order-9-head-1-folio-HVO-elsewhere                                             \
                         2.00x [1.90, 2.10] slower
        Stddev   order-9-mix-50-tail-random-1-folio-HVO-elsewhere        0.20 (   0.00%)        \
        0.10 (  50.00%)
        Stddev   order-9-head-1-folio-HVO-elsewhere
        CoeffVar order-9-mix-50-tail-random-1-folio-HVO-elsewhere        4.76 (   0.00%)       \
        16.67 (-250.00%)
        CoeffVar order-9-head-1-folio-HVO-elsewhere
        Max      order-9-mix-50-tail-random-1-folio-HVO-elsewhere        4.40 (   0.00%)        \
        0.70 (  84.09%)
        Max      order-9-head-1-folio-HVO-elsewhere

        compound_head latency, ns per operation
                                                                      fakehead                  \
         mask
        Min      order-9-tail-1024-folios-32-MiB-HVO-on
        Amean    order-9-tail-1024-folios-32-MiB-HVO-on                                         \
               1.00x [0.90, 1.10] unresolved
        Stddev   order-9-tail-1024-folios-32-MiB-HVO-on
        CoeffVar order-9-tail-1024-folios-32-MiB-HVO-on
        Max      order-9-tail-1024-folios-32-MiB-HVO-on

        """
    )
  }

  @Test("markdown: GitHub's tables")
  func markdown() throws {
    #expect(
      try report().render(.markdown) == """
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

        - Of 3 cells, mask against fakehead wins in 1 (33 %: mix 1 of 1), at best 0.14x the \
        time in compound_head throughput, order 9, mix (50 % tail, random), 1 folio, HVO \
        elsewhere; loses in 1 (33 %: head 1 of 1), at worst 2.00x the time in compound_head \
        throughput, order 9, head, 1 folio, HVO elsewhere; nothing can be told in 1.
        - Of 1 cell, memdesc against fakehead loses in 1 (100 %: mix 1 of 1), at worst 1.25x \
        the time in compound_head throughput, order 9, mix (50 % tail, random), 1 folio, HVO \
        elsewhere.
        - noise floor: A/A twins differ by 0.20 % in the median and 1.00 % at the 95th \
        percentile of 3 cells
        - AMD EPYC, 2 CPUs, Linux 7.1.0
        - run 2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d, commit 0123abcd, seed 7

        """
    )
  }

  @Test("ktap: version, plan, a result for each row, totals")
  func ktap() throws {
    #expect(
      try report().render(.ktap) == """
        KTAP version 1
        1..3
        # AMD EPYC, 2 CPUs, Linux 7.1.0
        # run 2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d, commit 0123abcd, seed 7
        # noise floor: A/A twins differ by 0.20 % in the median and 1.00 % at the 95th \
        percentile of 3 cells
        ok 1 mask against fakehead, compound_head throughput, order 9, mix (50 % tail, random), \
        1 folio, HVO elsewhere, walk, mapped 2m # 0.14x [0.13, 0.15] faster
        not ok 2 mask against fakehead, compound_head throughput, order 9, head, 1 folio, HVO \
        elsewhere, walk, mapped 2m # 2.00x [1.90, 2.10] slower
        ok 3 mask against fakehead, compound_head latency, order 9, tail, 1024 folios, 32 MiB, \
        HVO on, walk, mapped 2m # SKIP 1.00x [0.90, 1.10] unresolved
        # Totals: pass:1 fail:1 xfail:0 xpass:0 skip:1 error:0

        """
    )
  }

  // MARK: What is special

  private func changed(_ change: (inout SummaryRow) -> Void) -> [SummaryRow] {
    var row = SummaryRow.sample(ratio: 1.0...1.02)
    row.margin = 0.02
    change(&row)
    return [row]
  }

  @Test("ktap: slower within the margin is ok, beyond it is not")
  func margin() throws {
    for (ratio, result) in [(1.019, "ok 1 "), (1.021, "not ok 1 ")] {
      let text = try report(
        changed {
          $0.verdict = .slower
          $0.ratio = ratio
        }
      ).render(.ktap)
      #expect(text.contains("\n" + result))
      #expect(text.contains(", within the margin\n") == (ratio < 1.02))
    }
    let unknown = changed {
      $0.verdict = .slower
      $0.margin = nil
    }
    #expect(try report(unknown).render(.ktap).contains("\nnot ok 1 "))
  }

  @Test("ktap: what can't be told is skipped, and passes: unresolved, not judged, a layout's doing")
  func skipped() throws {
    let cases = [
      (changed { $0.verdict = .unresolved }, "SKIP 1.01x [1.00, 1.02] unresolved"),
      (changed { $0.verdict = nil }, "SKIP 1.01x [1.00, 1.02] not judged"),
      (
        changed {
          $0.verdict = .slower
          $0.ratio = 3
          $0.layoutsAgree = false
        }, "SKIP the code's copies at other addresses disagree, 3.00x [1.00, 1.02]"
      ),
    ]
    for (rows, diagnosis) in cases {
      let text = try report(rows).render(.ktap)
      #expect(text.contains(" # \(diagnosis)\n"), "\(text)")
      #expect(text.hasSuffix("# Totals: pass:0 fail:0 xfail:0 xpass:0 skip:1 error:0\n"))
    }
  }

  @Test("ktap: a description has no hash sign and stays on its line, whatever the file holds")
  func description() throws {
    let text = try report(changed { $0.pageClass = "a # SKIP\nnot ok 2 b" }).render(.ktap)
    let points = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.dropFirst(2)
    #expect(points.count == 1)
    #expect(points.first?.split(separator: "#").count == 2)
  }

  @Test("Every style says so where no cell has the arm", arguments: Report.Style.allCases)
  func noRows(style: Report.Style) throws {
    #expect(
      try report([]).render(style).contains(
        "No cell compares an arm of new kernels with another.\n")
    )
  }

  @Test(
    "Every style but the matrix has the ratio, its interval and the verdict",
    arguments: Report.Style.allCases.filter { $0 != .matrix })
  func conclusions(style: Report.Style) throws {
    let text = try report().render(style)
    for row in Self.rows where row.arm == "mask" {
      let lines = text.split(separator: "\n").filter { $0.contains(row.ratioText ?? "?") }
      #expect(lines.count == 1 && lines[0].contains(row.verdict?.rawValue ?? "?"), "\(text)")
    }
  }

  @Test("Every style has what must be known to read it", arguments: Report.Style.allCases)
  func caveats(style: Report.Style) throws {
    let run = Run(path: "run", meta: Self.meta, summary: Self.rows)
    let text = try Report(run, caveats: ["these are", "user-space costs"]).render(style)
    #expect(text.contains("these are\n") && text.contains("user-space costs\n"))
    if style == .ktap { #expect(text.contains("\n# these are\n# user-space costs\n")) }
  }

  @Test("Every arm is shown when asked for", arguments: Report.Style.allCases)
  func everyArm(style: Report.Style) throws {
    #expect(try report(arms: .all).render(style).contains("1.25x [1.20, 1.30]"))
    #expect(try !report().render(style).contains("1.25x [1.20, 1.30]"))
  }

  @Test("What was not measured stays empty", arguments: Report.Style.allCases)
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
    #expect(lines.allSatisfy { $0.count <= 75 })
    #expect(lines.contains { $0.hasPrefix(" xxx") && !$0.contains("1.01x") })
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
