import Text

extension Report {
  /// What is known of noise, what was found on the machine, and what is missing.
  var sureness: [Markup] {
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
        "\(percent($0.planted)): \($0.outcome), as \(percent($0.measured))"
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
}
