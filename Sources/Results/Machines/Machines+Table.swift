import Text

extension Machines {
  /// Cells under a title.
  struct Section {
    let title: String
    let cells: [Cell]
  }

  /// Sections under common columns: a line for each cell.
  struct Table {
    private let sections: [(title: String, blocks: [Block])]
    private let columns: Columns
    private let labelWidth: Int
    private let hasColors: Bool

    /// The lines of one operation as it is called in one way.
    private struct Block {
      let heading: String
      let lines: [(label: String, cell: Cell)]
    }

    /// - Parameter screen: has no more columns than are wanted.
    init(_ sections: [Section], of machines: [MeasuredMachine], on screen: Screen) {
      let rows = sections.flatMap(\.cells).map(\.sightings[0].row)
      let arm = rows.grouped(by: \.arm).max { $0.count < $1.count }?[0].arm ?? ""
      let axes = Axis.telling(rows).filter { !$0.always }
      self.sections = sections.map { section in
        let blocks = section.cells.grouped { cell -> [String?] in
          let row = cell.sightings[0].row
          return [row.operation, row.mode, row.chain?.rawValue, row.arm, row.pattern]
        }
        return (
          section.title,
          blocks.map { cells in
            Block(
              heading: Matrix.Block([cells[0].sightings[0].row]).heading(besideArm: arm),
              lines: cells.map { ($0.label(besides: axes), $0) })
          }
        )
      }
      let labels = self.sections.flatMap { section in
        [section.title] + section.blocks.flatMap(\.lines).map { Self.indent + $0.label }
      }
      labelWidth = labels.map(\.count).max() ?? 0
      columns = Columns(of: machines, in: screen.columns - labelWidth)
      hasColors = screen.hasColors
    }

    /// What machines are called here: their names, or where those are too long numbers; nil where each has
    /// no column.
    var tags: [String]? { columns.tags }

    var lines: [String] {
      sections.flatMap { section in
        [line(section.title, columns.heads)]
          + section.blocks.flatMap { block in
            [block.heading]
              + block.lines.map { line(Self.indent + $0.label, columns.fields($0.cell, hasColors)) }
          } + [""]
      }
    }

    private func line(_ label: String, _ fields: [String]) -> String {
      let gap = String(repeating: " ", count: Columns.gap)
      return ([label.padded(to: labelWidth, .left)] + fields).joined(separator: gap).trimmedAtEnd
    }

    private static let indent = "  "
  }
}

extension Machines.Cell {
  /// "order 9, heads, 32 MiB, HVO off", and what else tells it from others.
  fileprivate func label(besides axes: [Axis]) -> String {
    let row = sightings[0].row
    let words: [String?] =
      [
        row.population ?? (row.order == 0 ? nil : "order \(row.order)"), Matrix.Pages(row).label,
        footprint,
        row.hvo.map { "HVO \($0.rawValue)" },
      ] + axes.map { $0.phrase(row) }
    return words.compactMap(\.self).joined(separator: ", ")
  }
}
