import Text
import Vmemmap

extension Matrix {
  /// Blocks of lines under common columns.
  struct Grid {
    private let blocks: [Block]
    private let arm: String
    private let groups: [Group]
    private let corner: [String]
    private let labelWidth: Int
    private let numberWidth: Int
    private let hasStars: Bool

    /// The columns of one state of HVO.
    private struct Group {
      var places: [Place]
      let heading: String
    }

    init(_ blocks: [Block], besideArm arm: String) {
      self.blocks = blocks
      self.arm = arm
      let rows = blocks.flatMap(\.shown.values)
      groups = Set(blocks.flatMap { $0.shown.keys.map(\.place) }).sorted().grouped(by: \.hvo)
        .map { Group(places: $0, heading: $0[0].hvoHeading) }
      let orders = Set(rows.map(\.order)).sorted(by: >).map(String.init)
      corner = [
        "time new / old",
        (orders.count == 1 ? "order " : "orders ") + orders.joined(separator: " and "),
      ]
      let labels = rows.map { Self.indent + Pages($0).label } + corner
      labelWidth = labels.map(\.count).max() ?? 0
      numberWidth = rows.compactMap { $0.ratioNumber?.count }.max() ?? 0
      hasStars = rows.contains(where: \.layoutsDisagree)
    }

    private static let indent = "  "
    private static let gap = 2

    /// All columns side by side where the screen is wide enough, else in parts, one below the other.
    func lines(on screen: Screen) -> [String] {
      let room = screen.columns - labelWidth
      let isSpacious = width(of: groups, apart: 2 * Self.gap) <= room
      let groupGap = isSpacious ? 2 * Self.gap : Self.gap
      let parts = parts(in: room, apart: groupGap).map { part in
        headings(part, apart: groupGap)
          + blocks.flatMap { lines(of: $0, part, apart: groupGap, on: screen) }
      }
      return Array(parts.joined(separator: [""]))
    }
  }
}

// MARK: - Widths

extension Matrix.Grid {
  /// A number, a blank, its mark, and where there is one a star.
  private var cellWidth: Int { numberWidth + 2 + (hasStars ? 1 : 0) }

  private func width(of place: Matrix.Place) -> Int {
    max(cellWidth, place.footprint.heading.count)
  }

  private func width(of group: Group) -> Int {
    let columns = group.places.map { width(of: $0) }
    return max(columns.reduce(0, +) + Self.gap * (columns.count - 1), group.heading.count)
  }

  private func width(of groups: [Group], apart gap: Int) -> Int {
    groups.reduce(0) { $0 + gap + width(of: $1) }
  }

  /// Groups that fit side by side; one that does not fit at all is divided.
  private func parts(in room: Int, apart gap: Int) -> [[Group]] {
    var parts: [[Group]] = []
    for group in groups.flatMap({ divided($0, in: room - gap) }) {
      if let last = parts.last, width(of: last + [group], apart: gap) <= room {
        parts[parts.count - 1].append(group)
      } else {
        parts.append([group])
      }
    }
    return parts
  }

  private func divided(_ group: Group, in room: Int) -> [Group] {
    var divided = [Group(places: [], heading: group.heading)]
    for place in group.places {
      var wider = divided[divided.count - 1]
      wider.places.append(place)
      if wider.places.count == 1 || width(of: wider) <= room {
        divided[divided.count - 1] = wider
      } else {
        divided.append(Group(places: [place], heading: group.heading))
      }
    }
    return divided
  }
}

// MARK: - Lines

extension Matrix.Grid {
  private func headings(_ groups: [Group], apart gap: Int) -> [String] {
    let states = groups.map { group in
      blanks(gap) + group.heading.padded(to: width(of: group), .right)
    }
    let footprints = groups.map { group in
      columns(of: group, apart: gap) { place in
        place.footprint.heading.padded(to: width(of: place), .right)
      }
    }
    return zip(corner, [states, footprints]).map { corner, fields in
      corner.padded(to: labelWidth, .left) + fields.joined()
    }
  }

  /// Nothing where the block has no ratio in these columns.
  private func lines(
    of block: Matrix.Block, _ groups: [Group], apart gap: Int, on screen: Screen
  ) -> [String] {
    let places = Set(groups.flatMap(\.places))
    let pages = Set(block.shown.keys.filter { places.contains($0.place) }.map(\.pages)).sorted()
    guard !pages.isEmpty else { return [] }
    let lines = pages.map { pages in
      let fields = groups.map { group in
        columns(of: group, apart: gap) { place in
          let text = cell(block.shown[Matrix.Block.Cell(pages, place)], on: screen)
          return blanks(width(of: place) - cellWidth) + text
        }
      }
      return ((Self.indent + pages.label).padded(to: labelWidth, .left) + fields.joined())
        .trimmedAtEnd
    }
    return block.heading(besideArm: arm).wrapped(to: screen.columns) + lines
  }

  private func columns(
    of group: Group, apart gap: Int, _ field: (Matrix.Place) -> String
  ) -> String {
    let used = group.places.reduce(Self.gap * (group.places.count - 1)) { $0 + width(of: $1) }
    return blanks(gap + width(of: group) - used)
      + group.places.map(field).joined(separator: blanks(Self.gap))
  }

  /// As wide as every cell.
  private func cell(_ row: SummaryRow?, on screen: Screen) -> String {
    guard let row, let number = row.ratioNumber, let text = row.markedRatio else {
      return ".".padded(to: numberWidth + 2, .right) + (hasStars ? " " : "")
    }
    let star = hasStars ? (row.layoutsDisagree ? "*" : " ") : ""
    return blanks(numberWidth - number.count)
      + (screen.hasColors ? Mark(row).colored(text) : text) + star
  }

  private func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
}
