import Text

extension Matrix {
  /// Blocks with a ratio.
  var filled: [Block] { blocks.filter { !$0.shown.isEmpty } }

  /// The lines as a table, of all blocks; each ratio leads to its row in the table of cells.
  var html: Markup {
    let places = Set(filled.flatMap { $0.shown.keys.map(\.place) }).sorted()
    let groups = places.grouped(by: \.hvo)
    let orders = Set(filled.flatMap { $0.shown.values.map(\.order) }).sorted(by: >)
    let states: [Markup] = groups.map {
      "<th scope=\"colgroup\" colspan=\"\($0.count)\">\($0[0].hvoHeading)</th>"
    }
    let columns: [Markup] = groups.map { "<colgroup span=\"\($0.count)\"></colgroup>" }
    let footprints: [Markup] = groups.flatMap { group in
      group.enumerated().map { index, place in
        "<th scope=\"col\"\(Self.edge(index))>\(place.footprint.heading)</th>"
      }
    }
    let bodies: [Markup] = filled.map { Self.body($0, groups, besideArm: arm) }
    let order = orders.map(String.init).joined(separator: " and ")
    return """
      <p class="quiet">Time new / old, \(orders.count == 1 ? "order" : "orders") \(order): \(legend).</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Ratios">
      <table class="matrix">
      <colgroup><col></colgroup>\(columns)
      <thead><tr><td rowspan="2"></td>\(states)</tr><tr>\(footprints)</tr></thead>
      \(bodies)
      </table>
      </div>
      """
  }

  /// What the marks mean that are there.
  private var legend: Markup {
    let rows = filled.flatMap(\.shown.values)
    let marks = Set(rows.map(Mark.init))
    let margin = rows.compactMap(\.margin).max().map { " within \((100 * $0).plain) %" } ?? ""
    let words: [Markup] = Mark.allCases.filter(marks.contains).map { mark in
      let meaning =
        switch mark {
        case .faster: "new is faster"
        case .slower: "new is slower"
        case .tiny: "the same\(margin)"
        case .unresolved: "not resolved"
        }
      return "<span class=\"\(mark.className)\">\(String(mark.rawValue))</span> \(meaning)"
    }
    let star: [Markup] =
      rows.contains(where: \.layoutsDisagree)
      ? ["* depends on where the linker puts the code"] : []
    return Markup(words + star, separator: ", ")
  }

  private static func body(_ block: Block, _ groups: [[Place]], besideArm arm: String) -> Markup {
    let pages = Set(block.shown.keys.map(\.pages)).sorted()
    let count = groups.reduce(1) { $0 + $1.count }
    let lines: [Markup] = pages.map { pages in
      let cells: [Markup] = groups.flatMap { group in
        group.enumerated().map { index, place in
          cell(block.shown[Block.Cell(pages, place)], edge(index))
        }
      }
      return "<tr><th scope=\"row\">\(pages.label)</th>\(Markup(cells, separator: ""))</tr>"
    }
    return """
      <tbody>
      <tr><th scope="rowgroup" colspan="\(count)">\(block.heading(besideArm: arm))</th></tr>
      \(lines)
      </tbody>
      """
  }

  private static func cell(_ row: SummaryRow?, _ edge: Markup) -> Markup {
    guard let row, let number = row.ratioNumber, let ratio = row.ratio else {
      return "<td\(edge)><span class=\"none\" aria-label=\"none\">.</span></td>"
    }
    let mark = Mark(row)
    let isFar = max(ratio, 1 / ratio) >= 1.5 && [.faster, .slower].contains(mark)
    let about = [row.ratioText, row.verdictText].compactMap(\.self).joined(separator: " ")
    return """
      <td\(edge)><a class="\(mark.className)\(isFar ? " far" : "")" href="#\(row.anchor)" \
      title="\(about)">\(number) \(String(mark.rawValue))\(row.layoutsDisagree ? "*" : "")</a></td>
      """
  }

  private static func edge(_ index: Int) -> Markup { index == 0 ? " class=\"edge\"" : "" }
}

extension Mark {
  /// Of the style sheet.
  var className: String {
    switch self {
    case .faster: "faster"
    case .slower: "slower"
    case .tiny: "tiny"
    case .unresolved: "unresolved"
    }
  }
}
