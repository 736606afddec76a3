import Text

extension Comparison {
  /// What came of it first, then what it is made of, in at most 100 columns.
  /// - Parameter all: every row, and those that are in one run only or could not be judged.
  public func render(all: Bool = false) -> String {
    var lines = ([headline] + remarks).flatMap { $0.wrapped(to: Self.columns) }
    lines += provenance.flatMap { $0.wrapped(to: Self.columns) } + [""]
    let processes = regressions.first?.finding?.processes ?? 0
    lines += table(
      "Slower, as \(processes) processes of each program in turn confirm", regressions, all)
    lines += table("Suspected: they may have got slower", unconfirmed, all)
    let accepted = suspects.filter { $0.accepted != nil }
    lines += list("Accepted", accepted.map { "\($0.name) \($0.change): \($0.accepted ?? "")" }, all)
    let cleared = suspects.filter { $0.accepted == nil && $0.isJudged && !$0.isRed }
    lines += list(
      "Suspected, and measured again", cleared.map { "\($0.name) \($0.change): \($0.state)" }, all,
      most: 3)
    lines += list(
      "Neither blamed nor praised, their baseline or what both are wrapped in changed",
      notBlamed.map { "\($0.name) \($0.percent)" }, all, most: 0)
    lines += list("Faster", improvements.map { "\($0.name) \($0.percent)" }, all, most: 3)
    if all {
      lines += list("Only in the base", onlyInBaseline.map(\.stableName), all)
      lines += list("Only in the head", onlyInCurrent.map(\.stableName), all)
      lines += list("Not judged, too few processes or no interval", unjudged.map(\.stableName), all)
    }
    if let code { lines += code.sections(names: all ? .max : Self.mostRows) }
    if options.only != .code { lines += [counts] }
    if let summary = code?.summary { lines += summary.wrapped(to: Self.columns) }
    if let worst = regressions.first ?? unconfirmed.first {
      lines += ["again on this machine:", "  " + replay(worst)]
      lines += ["accept a name, by a line 'NAME REASON' in a file: bench compare --accept FILE"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static let columns = 100
  private static let mostRows = 10

  /// Suspects by operation, mode, arm and baseline, each with what explains it.
  private func table(_ title: String, _ suspects: [Suspect], _ all: Bool) -> [String] {
    guard !suspects.isEmpty else { return [] }
    let shown = all ? suspects : Array(suspects.prefix(Self.mostRows))
    var lines = [title + ":"]
    for group in shown.grouped(by: { $0.loop }) {
      let row = group[0].current
      lines.append(
        "  \(row.operation).\(row.mode), \(row.arm)"
          + (row.isBaseline ? ", its own time" : " / \(row.baseline)"))
      var columns = TextColumns([.left, .right, .right, .right, .right])
      columns.append(["", "base", "head", "change", group[0].unit.rawValue])
      for suspect in group { columns.append(suspect.fields) }
      lines += columns.rendered().flatMap { line in
        line.count + 4 <= Self.columns
          ? ["    " + line] : line.wrapped(to: Self.columns - 4).map { "    " + $0 }
      }
      lines += causes(of: row).flatMap {
        "    code: \($0)".wrapped(to: Self.columns, indent: 6).map { "    " + $0 }
      }
    }
    let rest = suspects.count - shown.count
    return lines + (rest > 0 ? ["  ... \(rest) more: --all"] : []) + [""]
  }

  private func list(
    _ title: String, _ items: [String], _ all: Bool, most: Int = mostRows
  ) -> [String] {
    guard !items.isEmpty else { return [] }
    let shown = items.prefix(all ? .max : most)
    let rest = items.count - shown.count
    return ["\(title): \(items.count)"]
      + shown.flatMap { $0.wrapped(to: Self.columns - 2).map { "  " + $0 } }
      + (rest > 0 ? ["  ... \(shown.isEmpty ? "" : "\(rest) more: ")--all"] : []) + [""]
  }

  private var counts: String {
    let unchanged =
      changes.count - suspects.count { !$0.isBaselineArm } - improvements.count - notBlamed.count
    let parts = [
      "times: \(regressions.count) slower", "\(unconfirmed.count) suspected",
      "\(improvements.count) faster", "\(unchanged) unchanged",
    ]
    return parts.joined(separator: ", ")
  }
}

extension Comparison.Change {
  /// "+3.1 %".
  var percent: String { "\((100 * (factor - 1)).signed(1)) %" }
}

extension Comparison.Suspect {
  /// "+3.1 %", and its interval where it was measured again.
  var change: String {
    let percent = "\((100 * (bestFactor - 1)).signed(1)) %"
    guard let interval = finding?.factorInterval else { return percent }
    return percent
      + " [\((100 * (interval.lowerBound - 1)).signed(1)), \((100 * (interval.upperBound - 1)).signed(1))]"
  }

  var unit: Comparison.Change.Unit {
    finding?.unit ?? (current.cycles != nil && baseline.cycles != nil ? .cycles : .nanoseconds)
  }

  /// All that were timed by one loop.
  fileprivate var loop: [String] {
    [current.operation, current.mode, current.arm, current.baseline, unit.rawValue]
  }

  /// The cell, what it was, what it is, the change, and that in ``unit``.
  fileprivate var fields: [String] {
    let prefix = "\(current.operation).\(current.mode)."
    let name = current.cellName
    let (old, new) =
      isBaselineArm
      ? (baseline.nsPerOp.nanoseconds + " ns", current.nsPerOp.nanoseconds + " ns")
      : (baseline.ratioText ?? "", current.ratioText ?? "")
    return [
      name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name, old, new, change,
      shift.map { $0.signed(2) } ?? "",
    ]
  }

  /// By how much the difference to the baseline, or the baseline's own time, changed.
  var shift: Double? {
    if let shift = finding?.shift { return shift }
    func value(_ row: SummaryRow) -> Double? {
      isBaselineArm ? row.time(in: unit) : row.difference(in: unit)
    }
    return value(baseline).flatMap { old in value(current).map { $0 - old } }
  }
}
