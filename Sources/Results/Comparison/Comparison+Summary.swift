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
      let times = options.only == .code ? nil : "none of \(timed) got slower"
      return "ok: " + [times, codeState].compactMap(\.self).joined(separator: "; ")
    }
  }

  /// What must be known to read the headline.
  var remarks: [String] {
    var lines: [String] = []
    if result != .fail, let whyUnconfirmed, !unconfirmed.isEmpty {
      lines.append("not measured again: \(whyUnconfirmed)")
    }
    if ownTimes.haveMoved { lines.append(harnessText) }
    if missing.contains(.code) {
      lines.append("code of timed loops: not compared, \(why(missing: .code))")
    }
    for exception in unusedExceptions {
      lines.append("accepted, but nothing like it got worse: \(exception.glob)")
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
    let (count, word) =
      ownTimes.slower >= ownTimes.faster
      ? (ownTimes.slower, "slower") : (ownTimes.faster, "faster")
    var text =
      "the harness or the machine changed: baselines' own times are \(word) in \(count) of "
      + "\(ownTimes.cells.counted("cell")) (median \((100 * (ownTimes.factor - 1)).signed(1)) %"
    if let shift = ownTimes.emptyShift {
      text += ", empty loop \(shift.signed(2)) \(ownTimes.unit.rawValue)"
    }
    if let cycle = ownTimes.cycleFactor {
      text += ", length of a cycle \((100 * (cycle - 1)).signed(1)) %"
    }
    return text
      + "); arms are not blamed for what their baseline shares (\(notBlamed.count.counted("row")))"
  }

  /// Facts that explain a change of an arm's times: those of its loop, and of its baseline's.
  func causes(of row: SummaryRow) -> [String] {
    guard let code else { return [] }
    let names = row.isBaseline ? [row.arm] : [row.arm, row.baseline]
    let changed = names.compactMap { arm -> String? in
      let loop = "\(row.operation).\(row.mode)/\(arm)"
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
    case .refuted: return "not slower when measured again"
    case .shared: return "slower, as its baseline: the harness changed"
    case .baselineFaster: return "its baseline got faster"
    case .unmeasured, nil: return "suspected"
    }
  }
}
