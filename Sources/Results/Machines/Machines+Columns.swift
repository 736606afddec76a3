import Text

extension Machines.Table {
  /// A column for each machine with the ratio on it; or, where so many don't fit, on how many of them the
  /// new code is faster, slower and the same, and the least and the greatest ratio.
  struct Columns {
    /// What machines are called above their columns; nil where they have none.
    let tags: [String]?
    private let names: [String]
    private let widths: [Int]

    init(of machines: [MeasuredMachine], in room: Int) {
      names = machines.map(\.name)
      let choices = [names, names.indices.map { "[\($0 + 1)]" }]
      func fits(_ widths: [Int]) -> Bool { widths.reduce(0) { $0 + Self.gap + $1 } <= room }
      func widths(_ tags: [String]) -> [Int] { tags.map { max($0.count, Self.cellWidth) } }
      tags = choices.first { fits(widths($0)) }
      let counts = Mark.allCases.map { _ in "\(machines.count)".count }
      let extremes = Self.extremes.map { _ in Self.cellWidth }
      self.widths = tags.map(widths) ?? (fits(counts + extremes) ? counts + extremes : counts)
    }

    /// Blanks before each column.
    static let gap = 2
    /// "0.123 <"
    private static let cellWidth = 7
    private static let extremes = ["least", "most"]

    var heads: [String] {
      padded(tags ?? (Mark.allCases.map { String($0.rawValue) } + Self.extremes))
    }

    func fields(_ cell: Machines.Cell, _ hasColors: Bool) -> [String] {
      guard tags != nil else { return counts(cell) }
      let rows = names.indices.map { index in
        cell.sightings.first { $0.machine == index }?.row
      }
      let texts = padded(rows.map { $0?.markedRatio ?? "." + "  " })
      return zip(rows, texts).map { row, text in
        guard let row, hasColors else { return text }
        return Mark(row).colored(text)
      }
    }

    private func counts(_ cell: Machines.Cell) -> [String] {
      let sorted = cell.sightings.sorted { ($0.row.ratio ?? 1) < ($1.row.ratio ?? 1) }
      let extremes = [sorted[0], sorted[sorted.count - 1]]
      return padded(
        Mark.allCases.map { mark in "\(cell.marks.count { $0 == mark })" }
          + extremes.map { $0.row.markedRatio ?? "" })
    }

    /// As many as there is room for.
    private func padded(_ fields: [String]) -> [String] {
      zip(fields, widths).map { $0.padded(to: $1, .right) }
    }
  }
}
