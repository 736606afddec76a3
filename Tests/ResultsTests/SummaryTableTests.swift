import Host
import TestSupport
import Testing

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

        * the code's copies at other addresses disagree: take no verdict from it

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

  @Test("The answer covers every new encoding, but not variants nor kernels without HVO")
  func answeredArms() {
    let others = ["memdesc_32", "new", "mask_branchy", "fakehead_preempt", "pointer", "pointer_56"]
    let text = SummaryTable(rows + others.map { .sample($0, cell: 1) }).render()
    let answered = text.split(separator: "\n").filter { $0.hasPrefix("Of ") }
      .compactMap { $0.split(separator: " ").dropFirst(3).first }
    #expect(answered == ["mask", "memdesc", "memdesc_32", "new"])
    #expect(!text.contains("  memdesc_32"), "the table itself shows one arm")
  }

  @Test("An arm that no cell has is said to be missing; others are still answered")
  func noArm() {
    let text = SummaryTable(rows, arms: .named("other")).render()
    #expect(
      text.hasPrefix(
        "No cell compares the arm other with another.\nOf 3 cells, mask against fakehead wins in 1 "
      )
    )
    #expect(
      SummaryTable([], arms: .named("other")).render()
        == "No cell compares the arm other with another.\n"
    )
    #expect(SummaryTable([], arms: .all).render() == "No cell compares two arms.\n")
  }

  @Test("CSV and JSON hold every row, whatever arm is asked for")
  func formats() {
    let table = SummaryTable(rows, arms: .named("other"))
    #expect(table.render(.csv) == rows.csv())
    #expect(table.render(.json) == rows.json())
  }
}
