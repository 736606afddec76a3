import Text

/// The answer of a run on one screen: where the new code wins and loses, by how much, and how sure that
/// is.
///
/// A line for each kind of pages, a column for each state of HVO and footprint, a block of lines for
/// each operation and way to call it. All of it comes from the run's rows and from what `meta.json` says.
public struct Matrix: Sendable {
  let meta: Meta
  /// Of all arms.
  let rows: [SummaryRow]
  /// In the order of printing; some have no ratio.
  let blocks: [Block]
  /// What callers do with ranges of pages: a line each, apart from the blocks.
  let callers: [SummaryRow]
  /// The arm that is meant where none is named.
  let arm: String

  /// The most characters of a line, and the most lines where those are to be had.
  public static let columns = 100
  static let lines = 45

  /// The order of huge pages, which the matrix shows.
  static let order = 9

  /// Pages of order 0 have a line of their own; other orders are told below, where they differ.
  static func isShown(_ order: Int) -> Bool { order == Self.order || order == 0 }

  /// Nil where lines and columns can't tell the rows apart, or there is too little to fill them: those
  /// are for ``SummaryTable``.
  public init?(_ rows: [SummaryRow], of meta: Meta) {
    let all = SummaryTable(rows).compared
    let compared = all.filter { !$0.isOfCaller }
    guard Self.fits(compared) else { return nil }
    callers = all.filter(\.isOfCaller)
    self.meta = meta
    self.rows = rows
    arm = compared.grouped(by: \.arm).max { $0.count < $1.count }?[0].arm ?? ""
    blocks = compared.grouped(by: \.operation).flatMap { rows in
      rows.grouped { [$0.mode, $0.chain?.rawValue, $0.arm, $0.pattern] }.map { Block($0) }
    }
  }

  /// - Parameters:
  ///   - path: of the run, as a person would type it.
  ///   - caveats: what else must be known to read the numbers, a sentence each.
  public func text(
    path: String, caveats: [String] = [], on screen: Screen = Screen()
  ) -> String {
    let shown = choice { lines(of: $0, path, caveats, on: Screen()).count <= Self.lines }
    return lines(of: shown, path, caveats, on: screen).joined(separator: "\n") + "\n"
  }

  /// The blocks that say most, as many as fit.
  private func choice(fit: ([Block]) -> Bool) -> [Block] {
    let filled = blocks.indices.filter { !blocks[$0].shown.isEmpty }
      .sorted { (blocks[$1].shown.count, $0) < (blocks[$0].shown.count, $1) }
    for count in (1...filled.count).reversed() {
      let blocks = filled.prefix(count).sorted().map { self.blocks[$0] }
      if count == 1 || fit(blocks) { return blocks }
    }
    return []
  }

  private func lines(
    of shown: [Block], _ path: String, _ caveats: [String], on screen: Screen
  ) -> [String] {
    let grid = Grid(shown, besideArm: arm)
    let width = min(screen.columns, Self.columns)
    return title.flatMap { $0.wrapped(to: width) } + [""]
      + grid.lines(on: Screen(columns: width, hasColors: screen.hasColors)) + [""]
      + notes(on: shown, path, caveats).flatMap { $0.lines(width: width) }
  }
}

extension Matrix {
  /// What is compared, where, and how thoroughly.
  var title: [String] {
    let compared = SummaryTable(rows).compared
    let old = compared.map(\.baseline).grouped { $0 }.map { names in
      rows.first { $0.arm == names[0] }?.armOfKernels ?? names[0]
    }
    let new = compared.first { $0.arm == arm }?.armOfKernels ?? arm
    let seconds = meta.finished.map { $0.secondsSinceEpoch - meta.started.secondsSinceEpoch }
    let effort: [String?] = [
      Set(rows.map(\.cell)).count.counted("cell"),
      range(rows.map(\.processes), "process", "processes"),
      range(rows.map(\.layouts), "code placement", "code placements"),
      seconds.map { "\($0) s" },
      meta.commitText,
    ]
    return [
      "\(new) against \(old.joined(separator: " and "))", meta.machineText,
      effort.compactMap(\.self).joined(separator: ", "),
    ]
  }

  /// "1 process", "6 to 12 processes"
  private func range(_ numbers: [Int], _ one: String, _ many: String) -> String? {
    guard let least = numbers.min(), let most = numbers.max() else { return nil }
    let range = least == most ? "\(least)" : "\(least) to \(most)"
    return "\(range) \(most == 1 ? one : many)"
  }
}
