import FoundationEssentials
import Text

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
      ("The answer", [sentences] + answerTable),
      ("Overview", [figures["overview"] ?? none]),
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
    let status = run.meta.status == .complete ? [] : ["The run is \(run.meta.status.rawValue)."]
    return matrix.title + status
  }

  // MARK: The answer

  /// One for each pair of arms; the counts filter the table of cells.
  private var sentences: Markup {
    let groups = table.compared.grouped { [$0.arm, $0.baseline] }
    guard !groups.isEmpty else { return "<p>\(table.nothing)</p>" }
    return Markup(groups.map(Self.sentence))
  }

  private static func sentence(_ rows: [SummaryRow]) -> Markup {
    func count(_ mark: Mark) -> Int { rows.count { $0.ratio != nil && Mark($0) == mark } }
    let margin = rows.compactMap(\.margin).max().map { " within \((100 * $0).plain) %" } ?? ""
    let without = rows.count { $0.ratio == nil }
    let known: [(Mark, String)] = [
      (.faster, "faster"), (.slower, "slower"), (.tiny, "the same\(margin)"),
      (.unresolved, "not resolved"),
    ]
    let parts: [Markup] =
      known.filter { count($0.0) > 0 }.map { mark, words in
        """
        <a href="#cells" data-filter="\(String(mark.rawValue))">\(words) in \(count(mark))</a>
        """
      } + (without == 0 ? [] : ["told as a difference only in \(without)"])
    let ratios = rows.filter { $0.ratio != nil && Mark($0) != .unresolved }
    let best = ratios.min { ($0.ratio ?? 1) < ($1.ratio ?? 1) }
    let worst = ratios.max { ($0.ratio ?? 1) < ($1.ratio ?? 1) }
    let ends =
      best?.id == worst?.id ? [("", best)] : [("at best ", best), ("at worst ", worst)]
    let extremes = ends.compactMap { word, row -> Markup? in
      guard let row, let number = row.ratioNumber else { return nil }
      return
        "\(word)<a href=\"#\(row.anchor)\"><strong>\(number)</strong> times as long</a> (\(row.kindText))"
    }
    let took: Markup =
      extremes.isEmpty ? "" : ": it takes \(Markup(extremes, separator: ", and "))"
    return """
      <p>Of \(rows.count.counted("comparison")), <strong>\(rows[0].arm)</strong> against \
      \(rows[0].baseline) is \(Markup(parts, separator: ", "))\(took).</p>
      """
  }

  private var answerTable: [Markup] {
    guard let matrix else {
      return table.compared.isEmpty
        ? [] : ["<p class=\"quiet\">The plan fits no matrix: all cells are in a table below.</p>"]
    }
    let notes = matrix.notes(on: matrix.filled, path, []).filter {
      ["uses:", "orders:", "others:"].contains($0.label)
    }
    return [matrix.html]
      + notes.map { note in
        let items: [Markup] = note.allItems.map { "<li>\($0.breakable)</li>" }
        return "<p>\(Self.about[note.label] ?? note.label)</p>\n<ul>\(items)</ul>"
      }
  }

  private static let about = [
    "uses:": "What callers do with it:",
    "orders:": "Other orders than 9, where they differ from it:",
    "others:": "Operations without a ratio in the table, from the least to the most:",
  ]

  // MARK: How sure

  private var sureness: [Markup] {
    let meta = run.meta
    func percent(_ share: Double) -> String { "\((100 * share).fixed(2)) %" }
    var points: [Markup] = caveats.map { "<li>\($0)</li>" }
    if let noise = meta.noiseFloor {
      points.append(
        """
        <li>The same code twice (A/A twins of \(noise.twins.counted("cell"))) differs by \
        \(percent(noise.median)) in the median, \(percent(noise.percentile95)) at the 95th percentile.</li>
        """)
    }
    if let sensitivity = meta.sensitivity {
      let steps = sensitivity.steps.map {
        "\(percent($0.planted)): \($0.resolved ? "found" : "not found"), as \(percent($0.measured))"
      }
      points.append("<li>Slow-downs that were planted: \(steps.joined(separator: "; ")).</li>")
    }
    let disagreeing = table.compared.count(where: \.layoutsDisagree)
    if disagreeing > 0 {
      points.append(
        "<li>In \(disagreeing.counted("comparison")) where the linker puts the code decides (*).</li>"
      )
    }
    if let control = meta.falseDiscoveryControl { points.append("<li>\(control).</li>") }
    return [points.isEmpty ? nil : "<ul>\(points)</ul>" as Markup].compactMap(\.self)
      + Self.definitions(
        "What hurts measurement on this machine",
        meta.findings.map { ($0.what, $0.why, $0.command) })
      + Self.definitions(
        "What was not measured", meta.unmeasured.map { ($0.what, $0.why, nil) })
  }

  private static func definitions(
    _ title: String, _ items: [(what: String, why: String, command: String?)]
  ) -> [Markup] {
    guard !items.isEmpty else { return [] }
    let terms: [Markup] = items.map { item in
      let command: Markup = item.command.map { " <code>\($0)</code>" } ?? ""
      return "<dt>\(item.what)</dt><dd>\(item.why)\(command)</dd>"
    }
    return ["<h3>\(title)</h3>", "<dl>\(terms)</dl>"]
  }

  // MARK: Where it comes from

  private var origin: [Markup] {
    let meta = run.meta
    let machine = meta.machine
    let caches = machine.caches.map {
      "L\($0.level) \($0.type.lowercased()) \(ByteCount($0.bytes))"
    }
    let again =
      [".build/release/bench"] + meta.commandLine.dropFirst()
      + (meta.commandLine.contains("--seed") ? [] : ["--seed", "\(meta.seed)"])
    let facts: [(String, String?)] = [
      ("label", meta.label), ("CPU", machine.cpuName),
      ("CPUs", machine.logicalCPUs.map { "\($0)" }), ("nodes", "\(machine.nodes.count)"),
      ("caches", caches.isEmpty ? nil : caches.joined(separator: ", ")),
      ("hypervisor", machine.hypervisor), ("kernel", machine.kernelRelease),
      ("huge pages", machine.transparentHugepage), ("compiler", meta.compiler.version),
      ("run", meta.runID), ("started", meta.started.description),
      ("finished", meta.finished?.description), ("seed", "\(meta.seed)"),
    ]
    let terms: [Markup] = facts.compactMap { name, value in
      value.map { "<dt>\(name)</dt><dd>\($0)</dd>" }
    }
    let commit = meta.commit.map { commit in
      "git checkout \(commit)\(meta.dirty == true ? "   # and changes that are not in it" : "")\n"
    }
    return [
      "<dl>\(terms)</dl>", "<h3>Again</h3>",
      """
      <pre><code>\(commit ?? "")swift build -c release --product bench
      \(again.map(\.asShellWord).joined(separator: " "))</code></pre>
      """,
    ]
  }

  private var data: [Markup] {
    guard !run.summary.isEmpty else { return [] }
    let csv = Data(run.summary.csv().utf8)
    return [
      """
      <p id="data"><a download="summary.csv" href="data:text/csv;charset=utf-8;base64,\
      \(csv.base64EncodedString())">summary.csv</a>: every row of every arm, \(ByteCount(csv.count).description). \
      The raw samples are beside it in the run's directory.</p>
      """
    ]
  }
}

extension SummaryRow {
  /// Where its row stands in the table of cells.
  var anchor: String { "c\(cell)-\(arm.slug)" }
}

extension String {
  /// As a shell takes it for one word.
  fileprivate var asShellWord: String {
    let isPlain =
      !isEmpty
      && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./,:=+%".contains($0)) }
    return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
  }
}
