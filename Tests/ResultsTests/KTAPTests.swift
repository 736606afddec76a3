import Measurement
import Testing

@testable import Results

@Suite("KTAP")
struct KTAPTests {
  private static func row(
    _ cell: Int, _ ratio: Double, _ verdict: Verdict?,
    _ change: (inout SummaryRow) -> Void = { _ in }
  ) -> SummaryRow {
    var row = SummaryRow.sample(cell: cell, ratio: ratio - 0.01...ratio + 0.01)
    row.verdict = verdict
    row.margin = 0.02
    row.order = cell
    row.pattern = "random_pfn"
    change(&row)
    return row
  }

  private func ktap(
    _ rows: [SummaryRow], against baseline: [SummaryRow]? = nil, status: Meta.Status = .complete
  ) throws -> String {
    var meta = Meta.sample
    meta.status = status
    meta.statusReason = status == .complete ? nil : "wrong answer of mask # not ok\nok 1"
    let run = Run(path: "run", meta: meta, summary: rows)
    return try Report(run, baseline: baseline.map { Run.sample($0) }).render(.ktap)
  }

  /// The result lines of rows, without what stands before "ok".
  private func points(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init).filter { $0.contains(/^  (not )?ok/) }
      .map { String($0.dropFirst(2)) }
  }

  @Test("Without a baseline nothing of a healthy run fails, however slow an arm is")
  func healthy() throws {
    let text = try ktap([
      Self.row(1, 9, .slower), Self.row(2, 0.5, .faster), Self.row(3, 1, .same),
      Self.row(4, 1.1, .unresolved), Self.row(5, 1.1, nil),
      Self.row(6, 3, .slower) { $0.layoutsAgree = false },
    ])
    #expect(
      text == """
        KTAP version 1
        1..2
        # AMD EPYC, 2 CPUs
        # run , seed 18446744073709551615
        ok 1 run # every answer is right
          KTAP version 1
          1..6
          # mask against fakehead, time new / old
          ok 1 o1.mixed.one.hvo_elsewhere # 9.00x [8.99, 9.01] slower
          ok 2 o2.mixed.one.hvo_elsewhere # 0.50x [0.49, 0.51] faster
          ok 3 o3.mixed.one.hvo_elsewhere # 1.00x [0.99, 1.01] same
          ok 4 o4.mixed.one.hvo_elsewhere # SKIP 1.10x [1.09, 1.11] unresolved
          ok 5 o5.mixed.one.hvo_elsewhere # SKIP 1.10x [1.09, 1.11] not judged
          ok 6 o6.mixed.one.hvo_elsewhere # SKIP 3.00x [2.99, 3.01], where the code lies decides
        ok 2 compound_head.throughput.mask
        # Totals: pass:4 fail:0 xfail:0 xpass:0 skip:3 error:0

        """, "\(text)")
  }

  @Test("What may have got worse than in the baseline is skipped: nothing here measures it again")
  func worse() throws {
    let text = try ktap(
      [Self.row(1, 1.2, .slower), Self.row(2, 0.5, .faster), Self.row(3, 1.5, .slower)],
      against: [Self.row(1, 1.0, .same), Self.row(2, 0.5, .faster), Self.row(3, 1.5, .slower)])
    #expect(
      points(text) == [
        "ok 1 o1.mixed.one.hvo_elsewhere # SKIP 1.20x [1.19, 1.21] slower, suspected to be worse than "
          + "the baseline 1.00x [0.99, 1.01]: bench compare measures it again",
        "ok 2 o2.mixed.one.hvo_elsewhere # 0.50x [0.49, 0.51] faster",
        "ok 3 o3.mixed.one.hvo_elsewhere # XFAIL 1.50x [1.49, 1.51], as in the baseline 1.50x [1.49, 1.51]",
      ])
    #expect(text.contains("\nok 2 compound_head.throughput.mask\n"))
    #expect(text.contains("\n# baseline: run \n"))
    #expect(text.hasSuffix("# Totals: pass:2 fail:0 xfail:1 xpass:0 skip:1 error:0\n"))
  }

  @Test(
    "Worse is worse where the arm is still faster, or nothing is proven; a loss that shrank is none"
  )
  func degrees() throws {
    let text = try ktap(
      [Self.row(1, 0.4, .faster), Self.row(2, 1.3, .unresolved), Self.row(3, 1.1, .slower)],
      against: [Self.row(1, 0.1, .faster), Self.row(2, 0.9, .faster), Self.row(3, 2, .slower)])
    #expect(
      points(text).map { $0.contains("suspected to be worse") } == [true, true, false], "\(text)")
    #expect(points(text)[2].contains("# XFAIL 1.10x"))
  }

  @Test("What the baseline has not can't be judged by it")
  func onlyInCurrent() throws {
    let text = try ktap(
      [Self.row(1, 2, .slower), Self.row(2, 2, .slower)], against: [Self.row(2, 2, .slower)])
    #expect(points(text)[0].contains("# SKIP 2.00x"))
    #expect(points(text)[0].hasSuffix("nothing to compare with in the baseline"))
  }

  @Test("A baseline of another machine is refused, as by compare")
  func otherMachine() throws {
    var machine = Run.sample([]).meta.machine
    machine.cpuModel = "another"
    let report = Report(
      .sample([Self.row(1, 2, .slower)]),
      baseline: .sample([Self.row(1, 2, .slower)], machine: machine))
    let error = try #require(throws: ResultsError.self) { try report.render(.ktap) }
    #expect(error.exitCode == 69)
  }

  @Test("A failed run fails; one that was stopped is skipped")
  func status() throws {
    let failed = try ktap([], status: .failed)
    #expect(
      failed.contains("\nnot ok 1 run # failed: wrong answer of mask  not ok ok 1\n"), "\(failed)")
    #expect(failed.contains("\n# Totals: pass:0 fail:1 "))
    let stopped = try ktap([Self.row(1, 0.5, .faster)], status: .interrupted)
    #expect(stopped.contains("\nok 1 run # SKIP interrupted: "))
  }

  @Test("Names are words that no other row has, whatever a file holds")
  func names() throws {
    let text = try ktap([
      Self.row(1, 1, .same) { $0.pageClass = "a # SKIP\nnot ok 2 b" },
      Self.row(2, 1, .same),
      Self.row(2, 1, .same) { ($0.cell, $0.mapping) = (3, .uniform(.base)) },
      Self.row(5, 1, .same), Self.row(5, 1, .same) { $0.cell = 6 },
    ])
    let names = points(text).map { $0.split(separator: " ")[2] }
    #expect(
      names == [
        "o1.a-SKIP-not-ok-2-b.one.hvo_elsewhere", "o2.mixed.one.hvo_elsewhere.2m",
        "o2.mixed.one.hvo_elsewhere.4k", "o5.mixed.one.hvo_elsewhere.cell5",
        "o5.mixed.one.hvo_elsewhere.cell6",
      ])
    #expect(points(text).allSatisfy { $0.split(separator: "#").count == 2 })
  }

  @Test("A name has what is not as usual")
  func unusual() {
    var row = Self.row(9, 1, .same)
    (row.mix, row.predictability, row.pageClass) = (25, "sorted", "mix")
    (row.threads, row.readers, row.hugePages, row.footprintBytes) = (4, 1, 8, 256 << 10)
    (row.cpuNode, row.memoryNode, row.templates, row.peerNode) = (1, 0, "other", 2)
    (row.pattern, row.hvo) = ("pfn_walk", .on)
    #expect(
      CellNames([row])[row]
        == "o9.mix-25-sorted.pfn_walk.256KiB.hvo_on.cpu1.mem0.templates-other.peer2.t4.r1")
  }

  @Test("Published runs keep to the specification", arguments: ["", "-callers", "-scale"])
  func published(suffix: String) throws {
    let run = try Golden.published(suffix)
    for baseline in [nil, run] {
      let text = try Report(run, baseline: baseline).render(.ktap)
      var reader = KTAPReader(text)
      let results = try reader.tests(indent: "")
      #expect(results.allSatisfy { $0.isOK })
      #expect(results.count > 1 && Set(results.map(\.name)).count == results.count)
      #expect(text.contains("XFAIL") == (baseline != nil))
    }
  }
}

/// Reads what the specification allows, and nothing else.
private struct KTAPReader {
  private var lines: [Substring]

  struct Failure: Error { let line: Substring }

  init(_ text: String) { lines = text.split(separator: "\n") }

  /// The tests of one level, with those below them.
  mutating func tests(indent: String) throws -> [(name: String, isOK: Bool)] {
    try expect(lines.removeFirst() == "\(indent)KTAP version 1")
    let plan = lines.removeFirst()
    var (all, inner): ([(name: String, isOK: Bool)], [(name: String, isOK: Bool)]) = ([], [])
    var names: Set<Substring> = []
    while let line = lines.first {
      if line == "\(indent)  KTAP version 1" {
        inner = try tests(indent: indent + "  ")
        continue
      }
      guard line.hasPrefix(indent),
        let match = line.dropFirst(indent.count).wholeMatch(
          of: /(not )?ok (\d+) ([^ #]+)( # .+)?/)
      else {
        guard line.hasPrefix("\(indent)# ") else { break }
        lines.removeFirst()
        continue
      }
      lines.removeFirst()
      let isOK = match.output.1 == nil
      try expect(names.insert(match.output.3).inserted && Int(match.output.2) == names.count)
      try expect(inner.isEmpty || isOK == inner.allSatisfy(\.isOK))
      let name = String(match.output.3)
      all += [(name, isOK)] + inner.map { ("\(name)/\($0.name)", $0.isOK) }
      inner = []
    }
    try expect(plan == "\(indent)1..\(names.count)" && inner.isEmpty)
    return all
  }

  private func expect(_ condition: Bool) throws {
    if !condition { throw Failure(line: lines.first ?? "the end") }
  }
}
