import Text
import Vmemmap

extension Matrix {
  /// What a column is about.
  struct Place: Hashable, Comparable {
    let hvo: HVOState?
    let footprint: Footprint

    init(_ row: SummaryRow) {
      hvo = row.hvo
      footprint = row.hugePages == 1 ? .oneFolio : .bytes(row.footprintBytes)
    }

    var hvoHeading: String {
      switch hvo {
      case .off: "HVO off"
      case .elsewhere: "HVO on, elsewhere"
      case .on: "HVO on, these folios"
      case nil: ""
      }
    }

    /// In a sentence.
    var phrase: String {
      [hvo.map { "HVO \($0.rawValue)" }, footprint.heading].compactMap(\.self)
        .joined(separator: ", ")
    }

    private var hvoRank: Int {
      hvo.flatMap { HVOState.allCases.firstIndex(of: $0) } ?? HVOState.allCases.count
    }

    static func < (some: Place, other: Place) -> Bool {
      (some.hvoRank, some.footprint) < (other.hvoRank, other.footprint)
    }
  }

  /// How much is visited: one folio, of whatever order, or so many bytes of struct pages.
  enum Footprint: Hashable, Comparable {
    case oneFolio
    case bytes(Int)

    var heading: String {
      switch self {
      case .oneFolio: "1 folio"
      case .bytes(let bytes): ByteCount(bytes).description
      }
    }
  }

  /// What a line is about: which pages are visited.
  struct Pages: Hashable, Comparable {
    let pageClass: String
    let mix: Double?
    let predictability: String?

    init(_ row: SummaryRow) {
      pageClass = row.pageClass
      mix = row.mix
      predictability = row.predictability
    }

    /// "heads", "heads+tails, random"
    var label: String {
      guard isMix else { return known?.words ?? pageClass }
      return [shortLabel, predictability].compactMap(\.self).joined(separator: ", ")
    }

    /// Without what all mixes have in common.
    var shortLabel: String {
      guard let mix, isMix else { return label }
      return mix == 50 ? "heads+tails" : "\(mix.plain) % tails"
    }

    private var isMix: Bool { mix.map { $0 > 0 && $0 < 100 } ?? false }

    private var known: (rank: Int, words: String)? {
      Self.classes.firstIndex { $0.name == pageClass }.map { ($0, Self.classes[$0].words) }
    }

    /// In the order of lines.
    private static let classes: [(name: String, words: String)] = [
      ("order-0", "order-0 pages"), ("head", "heads"), ("head_aligned", "aligned heads"),
      ("head_unaligned", "unaligned heads"), ("tail", "tails"), ("fakehead", "fake heads"),
      ("mix", "heads+tails"),
    ]

    static func < (some: Pages, other: Pages) -> Bool {
      func key(_ pages: Pages) -> (Int, String) {
        (pages.known?.rank ?? classes.count, pages.label)
      }
      return key(some) < key(other)
    }
  }
}
