import Measurement
import Testing
import Vmemmap

@testable import Results

@Suite("Summary table")
struct SummaryTableTests {
  /// Three cells of one operation and one of another, with an arm that is not asked for.
  private var rows: [SummaryRow] {
    var old = SummaryRow.sample("fakehead", cell: 1, ratio: nil)
    old.nsPerOp = 4.15
    let new = SummaryRow.sample(cell: 1)
    var memdesc = SummaryRow.sample("memdesc", cell: 1, ratio: 1.2...1.3)
    memdesc.nsPerOp = 5.2
    memdesc.verdict = .slower

    func heads(_ row: SummaryRow) -> SummaryRow {
      var row = row
      row.cell = 2
      row.pageClass = "head"
      row.mix = 0
      row.predictability = "uniform"
      row.hvo = .off
      row.layoutsAgree = false
      row.verdict = row.verdict.map { _ in .slower }
      return row
    }
    var oldHeads = heads(.sample("fakehead", ratio: nil))
    oldHeads.nsPerOp = 0.27
    let newHeads = heads(.sample(ratio: 1.9...2.1))

    func large(_ row: SummaryRow) -> SummaryRow {
      var row = row
      row.cell = 3
      row.mode = "latency"
      row.pageClass = "tail"
      row.mix = 100
      row.hugePages = 1024
      row.footprintBytes = 32 << 20
      row.verdict = row.verdict.map { _ in .unresolved }
      return row
    }
    var oldLarge = large(.sample("fakehead", ratio: nil))
    oldLarge.nsPerOp = 142
    var newLarge = large(.sample(ratio: 0.9...1.1))
    newLarge.nsPerOp = 1035.4

    return [old, new, memdesc, oldHeads, newHeads, oldLarge, newLarge]
  }

  @Test("The table shows the arm asked for against its baseline, and says what it all means")
  func table() {
    #expect(
      SummaryTable(rows).render() == """
        compound_head, throughput (ns per operation)
          order  class                      footprint  HVO        old         ns  new     ns  \
        new/old             verdict
              9  mixed (50 % tail, random)  1 folio    elsewhere  fakehead  4.15  mask  0.56  \
        0.14x [0.13, 0.15]  faster
              9  head                       1 folio    off        fakehead  0.27  mask  0.56  \
        2.00x [1.90, 2.10]  slower *

        compound_head, latency (ns per operation)
          order  class  footprint            HVO        old          ns  new     ns  \
        new/old             verdict
              9  tail   1024 folios, 32 MiB  elsewhere  fakehead  142.0  mask  1035  \
        1.00x [0.90, 1.10]  unresolved

        * the verdict depends on where the linker puts the code: layouts.csv has each copy's ratio

        Of 3 cells, mask against fakehead wins in 1 (33 %: mixed 1 of 1), \
        at best 0.14x the time in compound_head throughput, order 9, mixed (50 % tail, random), \
        1 folio, HVO elsewhere; loses in 1 (33 %: head 1 of 1), at worst 2.00x the time in \
        compound_head throughput, order 9, head, 1 folio, HVO off; \
        nothing can be told in 1.
        Of 1 cell, memdesc against fakehead loses in 1 (100 %: mixed 1 of 1), \
        at worst 1.25x the time in compound_head throughput, order 9, mixed (50 % tail, random), \
        1 folio, HVO elsewhere.

        """
    )
  }

  @Test("An arm of which nothing can be told is answered so")
  func nothingTold() {
    var row = SummaryRow.sample(ratio: 0.9...1.1)
    row.verdict = .unresolved
    #expect(
      SummaryTable([row]).render().hasSuffix(
        "\nOf 1 cell, mask against fakehead: nothing can be told in 1.\n"
      )
    )
  }

  @Test("An axis gets a column where lines would read alike without it")
  func distinguishingAxes() {
    let one = SummaryRow.sample(ratio: 0.9...1.1)
    var other = one
    other.order = 4
    other.pattern = "burst"
    #expect(!SummaryTable([one, other]).render().contains("pattern"))
    other.order = one.order
    #expect(SummaryTable([one, other]).render().contains("pattern"))
  }

  @Test("Every arm is shown when asked for")
  func everyArm() {
    let text = SummaryTable(rows, arms: .all).render()
    #expect(text.contains("memdesc  5.20"))
    #expect(text.contains("\nOf 1 cell, memdesc against fakehead loses in 1 (100 %: "))
    #expect(text.contains("\nOf 3 cells, mask against fakehead wins in 1 "))
  }

  @Test("The answer covers new arms and those that may be, not old ones nor controls")
  func answeredArms() {
    let others: [(String, ArmRole)] = [
      ("memdesc_32", .whatIf), ("pointer_of_7", .new), ("mask_branchy", .control),
      ("pointer", .old),
    ]
    let rows = rows + others.map { .sample($0, role: $1, cell: 1) }
    let text = SummaryTable(rows).render()
    let answered = text.split(separator: "\n").filter { $0.hasPrefix("Of ") }
      .compactMap { $0.split(separator: " ").dropFirst(3).first }
    #expect(answered == ["mask", "memdesc", "memdesc_32", "pointer_of_7"])
    #expect(text.contains("  pointer_of_7  "))
    #expect(!text.contains("  memdesc_32"), "the table itself shows new arms")
  }

  @Test("A table without a new arm says so; others are still answered")
  func noArm() {
    let text = SummaryTable(rows.filter { $0.role != .new }).render()
    #expect(
      text.hasPrefix(
        "No cell compares an arm of new kernels with another.\n"
          + "Of 1 cell, memdesc against fakehead loses in 1 "))
    #expect(
      SummaryTable([]).render() == "No cell compares an arm of new kernels with another.\n")
    #expect(SummaryTable([], arms: .all).render() == "No cell compares two arms.\n")
  }

  @Test("Ratios have two digits, and more where two would hide what is proven")
  func ratios() {
    func text(_ verdict: Verdict, _ ratio: Double, _ lo: Double, _ hi: Double) -> String {
      var row = SummaryRow.sample()
      (row.ratio, row.ratioLo, row.ratioHi) = (ratio, lo, hi)
      (row.margin, row.verdict) = (0.02, verdict)
      return "\(row.ratioText ?? "-") \(row.verdictText ?? "-")"
    }
    #expect(text(.faster, 0.14, 0.13, 0.15) == "0.14x [0.13, 0.15] faster")
    #expect(text(.faster, 0.998, 0.996, 0.999) == "0.998x [0.996, 0.999] faster, -0.2 %")
    #expect(text(.slower, 1.012, 1.008, 1.013) == "1.01x [1.01, 1.01] slower, +1.2 %")
    #expect(text(.faster, 0.95, 0.93, 0.998) == "0.950x [0.930, 0.998] faster")
    #expect(text(.slower, 1.0003, 1.0002, 1.0004) == "1.0003x [1.0002, 1.0004] slower, +0.03 %")
    #expect(text(.same, 1.001, 0.999, 1.003) == "1.00x [1.00, 1.00] same")
    #expect(text(.unresolved, 1.001, 0.9, 1.1) == "1.00x [0.90, 1.10] unresolved")
    #expect(text(.slower, 1.03, 1.01, 1.05) == "1.03x [1.01, 1.05] slower")
  }

  @Test("CSV and JSON hold every row, whatever arm is asked for")
  func formats() {
    let table = SummaryTable(rows.filter { $0.role != .new })
    #expect(table.render(.csv) == table.rows.csv())
    #expect(table.render(.json) == table.rows.json())
  }
}
