import Measurement

/// A cell on a machine: a row of what `bench machines --format csv` prints.
struct MachinesRow: Sendable {
  var cell: Int
  var agreement: Machines.Agreement
  var footprint: String
  var machine: String
  var runs: Int
  var baselineNS: Double?
  var outcome: Verdict
  var row: SummaryRow
}

extension Machines {
  var rows: [MachinesRow] {
    cells.enumerated().flatMap { index, cell in
      cell.sightings.map { seen in
        MachinesRow(
          cell: index, agreement: cell.agreement, footprint: cell.footprint,
          machine: machines[seen.machine].name, runs: seen.runs,
          baselineNS: seen.baseline?.nsPerOp, outcome: Mark(seen.row).verdict, row: seen.row)
      }
    }
  }
}

extension MachinesRow: TableRow {
  static let columns: [Column<MachinesRow>] =
    [
      Column(
        "cell", \.cell, in: .notNegative,
        "The cell's number here: a compared arm, on all machines that have it."),
      Column("machine", \.machine, "The machine's label, or its CPU; no other has the name."),
      Column(
        "agreement", \.agreement,
        "What machines say of the cell together: faster on one and slower on another (contradicting), the "
          + "same on one only (differing), all alike that resolved it (agreeing); fewer than two resolved "
          + "it (unresolved), or have it (alone)."),
      Column(
        "footprint", \.footprint,
        "What the cell visits: one folio, so many bytes of struct pages, or, where machines differ in them, "
          + "the cache that holds what is touched."),
    ] + SummaryRow.cellAndArm.map { Column($0, of: \.row) }
    + [
      Column("runs", \.runs, in: .fromOne, "How many runs of the machine are pooled here.")
    ] + summary(["machine_key", "label", "cpu", "kernel"])
    + [
      Column(
        "baseline_ns", \.baselineNS, in: .positive,
        "ns_per_op of the arm that it is compared with.")
    ] + summary(["ns_per_op", "ratio", "ratio_lo", "ratio_hi", "margin"])
    + [
      Column(
        "outcome", \.outcome,
        "The verdict, where a proven difference within the margin counts as the same; of several runs that "
          + "of more than half, unless one says the contrary.")
    ]

  static let key = ["cell", "machine"]

  static let blank = MachinesRow(
    cell: 0, agreement: .alone, footprint: "", machine: "", runs: 1, outcome: .unresolved,
    row: .blank)

  private static func summary(_ names: [String]) -> [Column<MachinesRow>] {
    SummaryRow.columns.filter { names.contains($0.name) }.map { Column($0, of: \.row) }
  }
}
