import Text

/// The figures of a run that scripts/plot drew.
struct Figures {
  private let drawn: [String: Markup]

  /// In the order of the page, and what each shows.
  private static let all = [
    (
      "overview",
      "Time of the new code over the old one's, with intervals, by state of HVO and pages"
    ),
    ("orders", "Time by order of the folios"),
    ("footprint", "Time by how much memory is visited"),
    ("nodes", "Time of the new code over the old one's by NUMA node"),
    ("contention", "What all threads do together, each form against the baseline"),
    ("callers", "Time of callers of many pages, new code over old"),
    ("quality", "What the run can tell: twins, planted slow-downs, drift"),
  ]

  init(of run: Run) {
    drawn = Dictionary(
      uniqueKeysWithValues: Self.all.compactMap { name, label in
        Self.figure(name, label, of: run).map { (name, $0) }
      })
  }

  var isEmpty: Bool { drawn.isEmpty }

  /// Nil where there is none.
  subscript(_ name: String) -> Markup? { drawn[name] }

  /// All but the overview.
  var others: [Markup] { Self.all.dropFirst().compactMap { drawn[$0.0] } }

  /// With a word on why not where there is a file that can't be shown.
  private static func figure(_ name: String, _ label: String, of run: Run) -> Markup? {
    do {
      guard let file = try run.figure(name) else { return nil }
      let figure = try InlineSVG(file, name: name, label: label)
      return "<figure id=\"figure-\(name)\">\n\(figure.markup)\n</figure>"
    } catch {
      return "<p class=\"quiet\">The figure \(name).svg is left out: \("\(error)").</p>"
    }
  }
}
