import Text

extension Comparison {
  /// How a comparison ends.
  public enum Result: String, Sendable {
    case ok
    /// Something may have got worse, and was not measured again.
    case suspected
    case fail
  }

  public var result: Result {
    hasRegression ? .fail : unconfirmed.isEmpty ? .ok : .suspected
  }

  /// What came of it, in one sentence.
  var headline: String {
    switch result {
    case .fail:
      let slower = regressions
      let times =
        slower.isEmpty
        ? nil
        : "\(slower.count) of \(timed) got slower (worst \(slower.worst)), as a second measurement "
          + "confirms"
      let loops = redCode.isEmpty ? nil : "\(redCode.count) of \(loopCount) have more work"
      return "FAIL: " + [times, loops].compactMap(\.self).joined(separator: "; ")
    case .suspected:
      let standing = unconfirmed.count(where: \.standsOut)
      return "suspected, not confirmed: \(unconfirmed.count) of \(timed) may have got slower "
        + "(worst \(unconfirmed.worst)), "
        + (options.isLiberal ? "" : "\(expectedSuspects.fixed(1)) by chance, ")
        + "\(standing) standing out over all rows"
    case .ok:
      let times = options.only == .code ? nil : "none of \(timed) is shown to be slower"
      return "ok: " + [times, codeState].compactMap(\.self).joined(separator: "; ")
    }
  }

  /// What must be known to read the headline.
  var remarks: [String] {
    var lines: [String] = []
    if let whyUnconfirmed, !unconfirmed.isEmpty {
      lines.append(
        "\(unconfirmed.count.counted("suspect")) not measured again: \(whyUnconfirmed)")
    }
    if options.only != .code {
      if floor > 0 {
        lines.append(
          "changes below \((100 * floor).fixed(1)) % are not told: "
            + (floor > options.threshold ? "the base's noise floor" : "--threshold"))
      }
      if inflation > Self.remarkableInflation {
        lines.append(
          "intervals are taken for \(inflation.fixed(1)) times as wide: the runs' twins and arms differ "
            + "by so much more than these say, and only large changes are suspected")
      }
    }
    if ownTimes.haveMoved || ownTimes.isRemarkable { lines.append(harnessText) }
    if !sharedByCode.isEmpty {
      lines.append(
        "the harness changed: \(sharedByCode.count.counted("row")) moved whose loop and its baseline's gained "
          + "or lost the same work: not blamed")
    }
    let explained = suspects.count {
      $0.finding?.verdict == .shared || $0.finding?.verdict == .baselineFaster
    }
    if explained > 0 {
      lines.append(
        "\(explained.counted("suspect")) slower beside a baseline that changed itself: not blamed")
    }
    let placed = suspects.count { $0.finding?.verdict == .placement }
    if placed > 0 {
      lines.append(
        "\(placed.counted("suspect")) slower by no more than it makes where the linker puts a loop: not blamed"
      )
    }
    let removed = code?.removed.count ?? 0
    let counts = [
      (unjudged.count, "not judged, too few processes or no interval"),
      (onlyInBaseline.count, "only in the base"), (onlyInCurrent.count, "only in the head"),
      (ignored, "ignored"),
      (removed, removed == 1 ? "loop only in the base" : "loops only in the base"),
    ]
    let absent = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    if !absent.isEmpty { lines.append("not compared: \(absent.joined(separator: "; "))") }
    if missing.contains(.code) {
      lines.append("code of timed loops: not compared, \(why(missing: .code))")
    }
    for exception in unusedExceptions {
      lines.append("accepted, but nothing like it got worse: \(exception.glob)")
    }
    for exception in unusedIgnored {
      lines.append("ignored, but there is nothing of that name: \(exception.glob)")
    }
    return lines
  }

  /// The runs, and where they were made.
  var provenance: [String] {
    func text(_ name: String, _ run: Run) -> String {
      "\(name) \(run.meta.runID)" + (run.meta.commitText.map { ", \($0)" } ?? "")
    }
    let same = baseline.meta.binary?.buildID.map { $0 == current.meta.binary?.buildID } == true
    return [
      text("base", baseline), text("head", current),
      "machine \(current.meta.machineText)" + (same ? "; one program made both" : ""),
    ]
  }

  private var timed: String { changes.count.counted("timed comparison") }
  private var loopCount: String { code.map { ($0.equal + $0.changes.count).counted("loop") } ?? "" }

  private var codeState: String? {
    guard let code else { return nil }
    let more = code.regressions.count
    return (more == 0 ? "none" : "\(more)")
      + " of \(loopCount) \(more > 1 ? "have" : "has") more work"
  }

  private var harnessText: String {
    var text = ownTimes.haveMoved ? "the harness or the machine changed: " : ""
    text +=
      "baselines' own times are slower in \(ownTimes.slower) and faster in \(ownTimes.faster) of "
      + "\(ownTimes.cells.counted("cell")) (median \((100 * (ownTimes.factor - 1)).signed(1)) %"
    if let shift = ownTimes.emptyShift {
      text += ", empty loop \(shift.signed(2)) \(ownTimes.unit.rawValue)"
    }
    if let cycle = ownTimes.cycleFactor {
      text += ", length of a cycle \((100 * (cycle - 1)).signed(1)) %"
    }
    return text
      + (ownTimes.haveMoved
        ? "); arms are not blamed for what their baseline shares "
          + "(\((notBlamed.count - sharedByCode.count).counted("row")))"
        : ")")
  }

  private static let remarkableInflation = 2.0

  /// Facts that explain a change of an arm's times: those of its loop, and of its baseline's.
  func causes(of row: SummaryRow) -> [String] {
    guard let code else { return [] }
    let names = row.isBaseline ? [row.arm] : [row.arm, row.baseline]
    let changed = names.compactMap { arm -> String? in
      let loop = row.loop(of: arm)
      let differences = code.changes.filter { $0.name == loop }.map {
        $0.differences.joined(separator: ", ")
      }
      guard !differences.isEmpty else { return nil }
      return "\(arm): " + differences.grouped { $0 }.map { $0[0] }.joined(separator: "; ")
    }
    return changed.isEmpty
      ? ["the loops' facts are equal: placement of the code, memory, or what stands around"]
      : changed
  }

  /// What has a row measured again, as it is typed.
  func replay(_ suspect: Suspect) -> String {
    let row = current.summary.firstIndex {
      $0.cell == suspect.current.cell && $0.arm == suspect.current.arm
    }
    return "bench replay \(path ?? current.path.string) \((row ?? 0) + 1)"
  }
}

extension [Comparison.Suspect] {
  /// "+18.9 %".
  fileprivate var worst: String {
    "\((100 * ((map(\.bestFactor).max() ?? 1) - 1)).signed(1)) %"
  }
}

extension Comparison.Suspect {
  /// By the second measurement, where there is one.
  var bestFactor: Double { finding?.factor ?? factor }

  /// What became of it, in a few words.
  var state: String {
    if accepted != nil { return "accepted" }
    switch finding?.verdict {
    case .confirmed: return "slower"
    case .unconfirmed: return "not confirmed by \(finding?.processes ?? 0) processes"
    case .shared: return "slower, as its baseline: the harness changed"
    case .baselineFaster: return "its baseline got faster"
    case .placement: return "slower by no more than copies of its loop differ"
    case .unmeasured, nil: return "suspected"
    }
  }
}
