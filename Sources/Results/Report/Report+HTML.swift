extension Report {
  /// One file that needs no other, nor a network, nor a script to be read; with one, its table sorts and
  /// filters.
  /// - Throws: what ``Run/codegen()`` throws.
  func html() throws(ResultsError) -> String {
    let figures = Figures(of: run)
    let none: Markup = """
      <p class="quiet">No figure: <code>scripts/plot \(path)</code> draws it, and others, for the next \
      report of this run.</p>
      """
    let sections: [(title: String, content: [Markup])] = [
      ("The answer", answer),
      ("Overview", [figures["overview"] ?? (figures.isEmpty ? none : nil)].compactMap(\.self)),
      ("How sure it is", sureness),
      ("Figures", figures.others),
      ("Machine code", try machineCode()),
      ("All cells", cells),
      ("Machine, and how to repeat it", origin),
      ("Data", data),
    ]
    let told = sections.filter { !$0.content.isEmpty }
    let title = headline.first ?? run.meta.runID
    return
      (Markup(
        [
          "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
          "<meta name=\"color-scheme\" content=\"light dark\">", Page.policy,
          "<title>\(title)</title>", "<style>\(Page.style)</style>", "</head>", "<body>",
          "<header>",
          "<h1>\(title)</h1>",
        ] + headline.dropFirst().map { "<p>\($0)</p>" } + ["</header>", "<main>"]
          + told.map { "<section>\n<h2>\($0.title)</h2>\n\($0.content)\n</section>" }
          + ["</main>", "<script>\(Page.script)</script>", "</body>", "</html>"]
      )
      .source) + "\n"
  }

  /// What is compared, where, and how thoroughly.
  private var headline: [String] {
    guard let matrix else {
      let compared = table.compared
      let arms = compared.map(\.arm).grouped { $0 }.map { $0[0] }.joined(separator: ", ")
      let old = compared.map(\.baseline).grouped { $0 }.map { $0[0] }.joined(separator: ", ")
      return [compared.isEmpty ? "run \(run.meta.runID)" : "\(arms) against \(old)"] + provenance
    }
    return matrix.title + [run.meta.incompleteness.map { "The run is \($0)." }].compactMap(\.self)
  }
}
