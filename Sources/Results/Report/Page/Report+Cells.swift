import Text

extension Report {
  /// Every compared row; a script lets it be sorted and filtered.
  var cells: [Markup] {
    let pairs = table.pairs
    guard !pairs.isEmpty else { return [] }
    let axes = Axis.telling(table.compared)
    let hasArms = Set(pairs.map(\.new.arm)).count > 1
    let hasBaselines = Set(pairs.map(\.new.baseline)).count > 1
    let words =
      ["operation", "mode"] + axes.map(\.title) + (hasBaselines ? ["old"] : [])
      + (hasArms ? ["new"] : [])
    let numbers = ["old ns", "new ns", "new/old", "interval"]
    let heads: [Markup] =
      words.map { "<th scope=\"col\">\($0)</th>" }
      + numbers.map { "<th scope=\"col\" class=\"number\">\($0)</th>" }
      + ["<th scope=\"col\">verdict</th>"]
    let rows: [Markup] = pairs.map { pair in
      let row = pair.new
      let names = (hasBaselines ? [row.baseline] : []) + (hasArms ? [row.arm] : [])
      let cells: [Markup] =
        [row.operation, row.mode].map { "<td>\($0)</td>" } + axes.map { Self.cell($0, row) }
        + names.map { "<td>\($0)</td>" } + [
          Self.cell(pair.old?.nsPerOp, pair.old?.nsPerOp.nanoseconds),
          Self.cell(row.nsPerOp, row.nsPerOp.nanoseconds),
          Self.cell(row.ratio, row.markedRatio), Self.cell(row.ratioLo, row.interval),
          "<td class=\"\(row.ratio == nil ? "" : Mark(row).className)\">\(row.verdictText ?? "")</td>",
        ]
      return "<tr id=\"\(row.anchor)\">\(Markup(cells, separator: ""))</tr>"
    }
    let footnote: [Markup] = table.footnote.map { ["<p>\($0)</p>"] } ?? []
    return [
      """
      <p id="tools" hidden><label>Show rows with <input id="filter" type="search" \
      placeholder="latency slower"></label> <span id="count" role="status"></span></p>
      """,
      Page.table(
        "cells", "Nanoseconds per operation, medians; ratios are paired, with intervals.", heads,
        rows),
    ] + footnote
  }

  /// How much is visited sorts by its size.
  private static func cell(_ axis: Axis, _ row: SummaryRow) -> Markup {
    guard axis.title == "footprint" else { return "<td>\(axis.value(row) ?? "")</td>" }
    return """
      <td data-value="\(row.footprintBytes)">\(Matrix.Place(row).footprint.heading)</td>
      """
  }

  /// A number, and how it is written: it sorts by the former.
  private static func cell(_ value: Double?, _ text: String?) -> Markup {
    guard let value, let text else { return "<td></td>" }
    return "<td class=\"number\" data-value=\"\("\(value)")\">\(text)</td>"
  }
}

extension SummaryRow {
  /// Where its row stands in the table of cells.
  var anchor: String { "c\(cell)-\(arm.slug)" }

  /// "0.13 to 0.15"
  fileprivate var interval: String? {
    guard let ratioLo, let ratioHi else { return nil }
    return "\(ratioLo.fixed(3)) to \(ratioHi.fixed(3))"
  }
}
