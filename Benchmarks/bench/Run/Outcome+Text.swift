import ArgumentParser
import Processes
import Results
import Vmemmap

extension Session.Outcome {
  /// - Throws: the status of a program that a signal ended, where one stopped the run.
  func endIfStopped() throws(ExitCode) {
    if let stop { throw ExitCode(stop.exitStatus) }
  }

  /// Prints the rows and what must be known to read them.
  func print(_ format: PrintedFormat, allArms: Bool, on screen: Screen) {
    let arms = allArms ? SummaryTable.Arms.all : .new
    let table = SummaryTable(rows, arms: arms)
    let matrix = format == .matrix && !allArms ? self.matrix(on: screen) : nil
    switch format {
    case .matrix: Swift.print(matrix ?? table.render(.table), terminator: "")
    case .table: Swift.print(table.render(.table), terminator: "")
    case .csv: Swift.print(table.render(.csv), terminator: "")
    case .json: Swift.print(table.render(.json), terminator: "")
    }
    guard format == .table || format == .matrix && matrix == nil else { return }
    printRemarks()
  }

  /// Nil where the rows fit none.
  private func matrix(on screen: Screen) -> String? {
    Matrix(rows, of: meta)?.text(
      path: directory.path.asTyped, caveats: HVOProcedure.caveats(of: rows), on: screen)
  }

  /// What stands below the table.
  private func printRemarks() {
    Swift.print()
    for line in contention.lines(beside: rows) { Swift.print(line) }
    for line in PublishedFigures.lines(beside: rows) { Swift.print(line) }
    for line in HVOProcedure.caveats(of: rows) { Swift.print(line) }
    if let floor = meta.noiseFloor {
      Swift.print(
        """
        noise floor: A/A twins differ by \(percent(floor.median)) in the median and \
        \(percent(floor.percentile95)) at the 95th percentile of \(floor.twins) cells; \
        \(percent(floor.falsePositiveShare)) of their intervals exclude 1
        """)
    }
    for line in rows.linesOnQuality(fewestProcesses: fewestProcesses) { Swift.print(line) }
    if let sensitivity { Swift.print("self-test: \(sensitivity)") }
    if let control = meta.falseDiscoveryControl { Swift.print("verdicts: \(control)") }
    if !meta.findings.isEmpty {
      Swift.print(
        "what hurts measurement here: \(meta.findings.map(\.what).joined(separator: "; ")); "
          + "'bench doctor' says why, and what would mend it")
    }
    for item in meta.unmeasured { Swift.print("not measured: \(item.what): \(item.why)") }
    for saving in Meta.Saving.best(of: meta.savings ?? []) { Swift.print(saving.summary) }
    Swift.print("\(directory.path)/summary.csv, seed \(meta.seed)")
  }
}

extension Meta.Saving {
  /// For each order and layout the one of most folios, which share what there is one of.
  fileprivate static func best(of savings: [Meta.Saving]) -> [Meta.Saving] {
    Dictionary(grouping: savings) { [$0.layout, "\($0.order)"] }.values
      .compactMap { $0.max { ($0.bytesMeasured ?? 0) < ($1.bytesMeasured ?? 0) } }
      .sorted { ($0.order, $0.layout) < ($1.order, $1.layout) }
  }

  fileprivate var summary: String {
    let measured = bytesMeasured.map { "\($0 >> 10) KiB" } ?? "not measured"
    let pages = vmemmapPages * (folios ?? 1)
    let proof =
      frames.map { "\(pages) vmemmap pages on \($0) frames by pagemap" }
      ?? "frames not seen: /proc/self/pagemap shows them to root only"
    return """
      HVO, order \(order), \(layout) layout: \(measured) saved per folio by st_blocks, shared \
      templates paid for; \(bytesByFormula >> 10) KiB by the formula without them; \(proof)
      """
  }
}
