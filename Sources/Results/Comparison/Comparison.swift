import Measurement

/// What became of the arms' times beside their baselines', and of the timed loops' machine code, from one
/// run to another on the same machine.
///
/// Two runs name *suspects*, liberally; a second measurement of these alone, both programs in turn
/// (``sift(_:baseline:current:)``, ``confirm(_:baseline:current:)``), says which of them got worse. Nothing is red
/// before.
public struct Comparison: Sendable {
  public let baseline: Run
  public let current: Run
  public let options: Options
  /// The matched arms that both runs judge, in the order of the current run.
  public let changes: [Change]
  /// Matched arms without intervals, or of too few processes, in one run.
  public let unjudged: [SummaryRow]
  public let onlyInBaseline: [SummaryRow]
  public let onlyInCurrent: [SummaryRow]
  /// What became of the baselines themselves.
  public let ownTimes: OwnTimes
  /// By how much more than their intervals say the runs differ anyway, 1 or more.
  public let inflation: Double
  /// The share of an arm's time that a change must exceed to count.
  public let floor: Double
  /// What may have got worse, the surest first.
  public internal(set) var suspects: [Suspect]
  public let improvements: [Change]
  /// What changed together with its baseline, or because the baseline did, where baselines did.
  public let notBlamed: [Change]
  /// Nil unless both runs have machine-code facts, and they are asked for.
  public let code: CodeComparison?
  /// What is there of one run only, or missing in both.
  public let missing: [Half]
  /// Where the current run is, as one would type it; its whole path by default.
  public var path: String?
  /// Why suspects were not measured again, where they were not.
  public var whyUnconfirmed: String?

  /// Matches the compared arms of both runs by the columns that say which cell and arm they are, and
  /// reads the machine-code facts of both.
  /// - Parameter code: the facts, where they are not those of the runs' `codegen.csv`.
  /// - Throws: `notComplete`, `machinesDiffer`, `nothingMatches`, `notJudged`; what ``Run/codegen()``
  ///   throws.
  public init(
    baseline: Run, current: Run, options: Options = Options(),
    code facts: (old: [CodegenRow], new: [CodegenRow])? = nil
  ) throws(ResultsError) {
    for run in [baseline, current] where run.meta.status != .complete && !options.acceptsCut {
      throw .notComplete(path: run.path, status: run.meta.status)
    }
    let differences = current.meta.machine.differences(from: baseline.meta.machine)
    guard differences.isEmpty else { throw .machinesDiffer(differences) }
    let matches = try Matches(baseline, current, options)
    let layouts =
      options.isLiberal
      ? (old: Layouts(try baseline.layouts()), new: Layouts(try current.layouts())) : nil
    let judged = matches.judged.map { old, new in
      Change(
        baseline: old, current: new, layouts: layouts.map { ($0.old[old], $0.new[new]) })
    }
    let changes = judged.compactMap(\.self)
    self.changes = changes
    unjudged =
      matches.tooFew + zip(matches.judged, judged).compactMap { $1 == nil ? $0.new : nil }
    onlyInBaseline = matches.onlyInBaseline
    onlyInCurrent = matches.onlyInCurrent
    ownTimes = OwnTimes(Array(matches.baselines.values))
    let noise = [baseline, current].compactMap(\.meta.noiseFloor?.percentile95)
    floor = max(options.threshold, noise.max() ?? 0)
    let screening = Screening(
      changes, baselines: matches.baselines, ownTimes: ownTimes, floor: floor, options)
    inflation = screening.inflation
    suspects = screening.suspects
    improvements = screening.improvements
    notBlamed = screening.notBlamed
    let facts =
      if let facts { facts } else { (old: try baseline.codegen(), new: try current.codegen()) }
    code = CodeComparison(old: facts.old, new: facts.new, options)
    self.baseline = baseline
    self.current = current
    self.options = options
    missing = [
      options.only != .code && changes.isEmpty ? Half.times : nil,
      options.only != .times && code == nil ? .code : nil,
    ].compactMap(\.self)
    // Without times there is a half that looks whole; without code one that is exact, and told.
    let fatal = missing.first { $0 == .times || options.only == .code }
    let absent = Half.allCases.first { half in
      options.required.contains(half) && (half == .code ? code == nil : changes.isEmpty)
    }
    if let half = fatal ?? absent { throw .notJudged(why: why(missing: half)) }
  }
}

extension Comparison {
  /// Loops with more work that are not accepted.
  public var redCode: [CodeComparison.Change] {
    guard options.isCodeStrict else { return [] }
    return code?.regressions.filter { options.accepted.exception(for: $0.name) == nil } ?? []
  }

  public var regressions: [Suspect] { suspects.filter(\.isRed) }
  /// What may have got worse, was neither measured again nor accepted.
  public var unconfirmed: [Suspect] {
    suspects.filter { !$0.isJudged && $0.accepted == nil }
  }
  /// In times that were measured again, or, where that is asked for, in code.
  public var hasRegression: Bool { !regressions.isEmpty || !redCode.isEmpty }

  /// How many suspects there would be on average if nothing had changed.
  public var expectedSuspects: Double { Double(changes.count) * options.suspicion / 2 }

  /// Accepted names that nothing is called which got worse.
  public var unusedExceptions: [Exceptions.Exception] {
    let names = suspects.map(\.name) + (code?.regressions.map(\.name) ?? [])
    return options.accepted.all.filter { exception in !names.contains { exception.matches($0) } }
  }

  func why(missing half: Half) -> String {
    switch half {
    case .code:
      let without = [baseline, current].filter { (try? $0.codegen())?.isEmpty != false }
      return "there are no machine-code facts (codegen.csv) in "
        + without.map(\.path.string).joined(separator: " and ")
        + "; measure where objdump is (binutils)"
    case .times:
      return
        "no time of \(baseline.path) and \(current.path) can be judged: that takes "
        + "\(Self.fewestProcesses) processes in each (bench run --processes) and intervals; their "
        + "code alone is compared with --only code"
    }
  }
}

/// What a run has of each arm by copies of the timed loops.
private struct Layouts {
  private let rows: [Int: [String: [LayoutRow]]]

  init(_ all: [LayoutRow]) {
    rows = Dictionary(grouping: all, by: \.cell).mapValues { Dictionary(grouping: $0, by: \.arm) }
  }

  subscript(_ row: SummaryRow) -> [LayoutRow] { rows[row.cell]?[row.arm] ?? [] }
}

/// The rows of two runs that are about the same.
private struct Matches {
  typealias Pair = (old: SummaryRow, new: SummaryRow)

  var judged: [Pair] = []
  var tooFew: [SummaryRow] = []
  let onlyInBaseline: [SummaryRow]
  let onlyInCurrent: [SummaryRow]
  /// The rows of the baseline arms, by the current run's cell.
  var baselines: [Int: Pair] = [:]

  init(
    _ baseline: Run, _ current: Run, _ options: Comparison.Options
  ) throws(ResultsError) {
    func wanted(_ rows: [SummaryRow]) -> [SummaryRow] {
      options.only == .code
        ? [] : rows.filter { options.ignored.exception(for: $0.stableName) == nil }
    }
    let (old, new) = (wanted(baseline.summary), wanted(current.summary))
    let oldByAxes = Dictionary(old.map { ($0.axisFields, $0) }) { first, _ in first }
    let newAxes = Set(new.map(\.axisFields))
    onlyInBaseline = old.filter { !$0.isBaseline && !newAxes.contains($0.axisFields) }
    onlyInCurrent = new.filter { !$0.isBaseline && oldByAxes[$0.axisFields] == nil }
    var matched = false
    for row in new {
      guard let before = oldByAxes[row.axisFields] else { continue }
      if row.isBaseline {
        baselines[row.cell] = (before, row)
        continue
      }
      matched = true
      if min(before.processes, row.processes) < Comparison.fewestProcesses {
        tooFew.append(row)
      } else {
        judged.append((before, row))
      }
    }
    guard matched || options.only == .code else {
      throw .nothingMatches(baseline: baseline.path, current: current.path)
    }
  }
}

extension SummaryRow {
  /// The row's axes as text, equal for the same measurement in two runs.
  var axisFields: [String] { Self.axes.map { $0.field(self).csv } }
}
