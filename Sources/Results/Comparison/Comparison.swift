public import SystemPackage

/// What became of the arms' ratios, and of the timed loops' machine code, from one run to another on
/// the same machine.
public struct Comparison: Sendable {
  /// The matched arms, in the order of the current run.
  public let changes: [Change]
  /// Matched arms that lack an interval of their own or of the A/A twin in one run.
  public let unjudged: [SummaryRow]
  public let onlyInBaseline: [SummaryRow]
  public let onlyInCurrent: [SummaryRow]
  /// Nil unless both runs have machine-code facts.
  public let code: CodeComparison?
  /// The runs without machine-code facts.
  public let withoutCode: [FilePath]

  /// Matches the compared arms of both runs by the columns that say which cell and arm they are, and
  /// reads the machine-code facts of both.
  /// - Parameter acceptsCut: whether runs are compared that did not come to their end.
  /// - Throws: `notComplete`, `machinesDiffer`, `nothingMatches`; what ``Run/codegen()`` throws.
  public init(
    baseline: Run, current: Run, acceptsCut: Bool = false
  ) throws(ResultsError) {
    for run in [baseline, current] where run.meta.status != .complete && !acceptsCut {
      throw .notComplete(path: run.path, status: run.meta.status)
    }
    let differences = current.meta.machine.differences(from: baseline.meta.machine)
    guard differences.isEmpty else { throw .machinesDiffer(differences) }

    let old = baseline.summary.filter { !$0.isBaseline }
    let new = current.summary.filter { !$0.isBaseline }
    let oldByAxes = Dictionary(old.map { ($0.axisFields, $0) }) { first, _ in first }
    let newAxes = Set(new.map(\.axisFields))
    let pairs = new.compactMap { row in oldByAxes[row.axisFields].map { (old: $0, new: row) } }
    guard !pairs.isEmpty else {
      throw .nothingMatches(baseline: baseline.path, current: current.path)
    }

    changes = pairs.compactMap { Change(baseline: $0.old, current: $0.new) }
    unjudged = pairs.compactMap {
      Change(baseline: $0.old, current: $0.new) == nil ? $0.new : nil
    }
    onlyInBaseline = old.filter { !newAxes.contains($0.axisFields) }
    onlyInCurrent = new.filter { oldByAxes[$0.axisFields] == nil }

    let oldCode = try baseline.codegen()
    let newCode = try current.codegen()
    code =
      oldCode.isEmpty || newCode.isEmpty ? nil : CodeComparison(old: oldCode, new: newCode)
    withoutCode =
      (oldCode.isEmpty ? [baseline.path] : []) + (newCode.isEmpty ? [current.path] : [])
  }

  public var regressions: [Change] { changes.filter { $0.kind == .worse } }
  public var improvements: [Change] { changes.filter { $0.kind == .better } }
  /// In the times or in the code.
  public var hasRegression: Bool { !regressions.isEmpty || code?.regressions.isEmpty == false }
}

extension SummaryRow {
  /// The row's axes as text, equal for the same measurement in two runs.
  var axisFields: [String] { Self.axes.map { $0.field(self).csv } }
}
