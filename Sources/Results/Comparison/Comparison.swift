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
  /// What changed together with its baseline, or because the baseline did, where baselines did; and where the
  /// loops of both gained or lost the same work.
  public let notBlamed: [Change]
  /// Nil unless both runs have machine-code facts, and they are asked for.
  public let code: CodeComparison?
  /// How many names of rows, baselines' included, are ignored.
  public let ignored: Int
  /// Globs to ignore that no row and no loop is meant by.
  public let unusedIgnored: [Exceptions.Exception]
  /// What is there of one run only, or missing in both.
  public let missing: [Half]
  /// Those of the two that no machine-code facts are known of.
  private let withoutFacts: [Run]
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
    if options.only != .code, let empty = [baseline, current].first(where: \.summary.isEmpty) {
      let why = empty.meta.incompleteness.map { ": it is \($0)" } ?? ""
      throw .notJudged(
        why: "\(empty.path) has no times\(why); measure it again, or compare code with --only code")
    }
    let differences = current.meta.machine.differences(from: baseline.meta.machine)
    guard differences.isEmpty else { throw .machinesDiffer(differences) }
    if let odd = [baseline, current].first(where: \.meta.compiler.isDebug),
      baseline.meta.compiler.isDebug != current.meta.compiler.isDebug
    {
      throw .notJudged(
        why: "\(odd.path) is of a debug build, the other one is not; measure it again with "
          + "'swift run -c release bench'")
    }
    let matches = try Matches(baseline, current, options)
    let facts =
      if let facts { facts } else { (old: try baseline.codegen(), new: try current.codegen()) }
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
    ignored = matches.ignored.count
    let used = matches.ignored.union((facts.old + facts.new).map(\.stableName))
    unusedIgnored = options.ignored.all.filter { exception in
      !used.contains { exception.matches($0) }
    }
    // The base's alone: a run must not raise what it is judged by.
    let noise = options.only == .code ? 0 : baseline.meta.noiseFloor?.percentile95 ?? 0
    guard noise <= Self.mostNoise else {
      throw .notJudged(
        why: "the noise floor of \(baseline.path) is \((100 * noise).fixed(0)) %, so that nothing "
          + "smaller could be told; measure it again where less else runs")
    }
    floor = max(options.threshold, noise)
    code = CodeComparison(old: facts.old, new: facts.new, options)
    withoutFacts = [(baseline, facts.old), (current, facts.new)].filter { $1.isEmpty }.map(\.0)
    let screening = Screening(
      changes, baselines: matches.baselines, ownTimes: ownTimes, code: code, floor: floor, options)
    inflation = screening.inflation
    suspects = screening.suspects
    improvements = screening.improvements
    notBlamed = screening.notBlamed
    self.baseline = baseline
    self.current = current
    self.options = options
    missing = [
      options.only != .code && changes.isEmpty ? Half.times : nil,
      options.only != .times && code == nil ? .code : nil,
    ].compactMap(\.self)
    // Without times there is a half that looks whole; without code one that is exact, and told.
    let fatal = missing.first { $0 == .times || options.only == .code }
    let wanted = options.required.union(options.isCodeStrict ? [.code] : [])
    let absent = Half.allCases.first { wanted.contains($0) && missing.contains($0) }
    if let half = fatal ?? absent { throw .notJudged(why: why(missing: half)) }
    if let lost = lost(of: matches) {
      throw .notJudged(
        why: "\(lost), and all of them are required; leave out what is meant to be gone with "
          + "--ignore")
    }
  }

  /// What the base has and can't be compared, although it is required.
  private func lost(of matches: Matches) -> String? {
    if options.required.contains(.times) {
      let rows =
        onlyInBaseline.filter(\.isJudgeable)
        + unjudged.filter { matches.old($0)?.isJudgeable == true }
      if let first = rows.first {
        return "\(rows.count.counted("time")) of the base can't be judged in the head, such as "
          + first.stableName
      }
    }
    if options.required.contains(.code), let first = code?.removed.first {
      return "\(code?.removed.count.counted("loop") ?? "") of the base can't be found in the head, "
        + "such as \(first.symbol)"
    }
    return nil
  }

  /// A noise floor above which nothing worth knowing is told.
  private static let mostNoise = 0.25
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

  /// Those that are not blamed because their loop and their baseline's changed alike.
  var sharedByCode: [Change] { notBlamed.filter { code?.isShared(by: $0.current) == true } }

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
      return withoutFacts.isEmpty
        ? "no loop is in both \(baseline.path) and \(current.path) and not ignored"
        : "there are no machine-code facts (codegen.csv) in "
          + withoutFacts.map(\.path.string).joined(separator: " and ")
          + "; measure where objdump is (binutils)"
    case .times:
      if ignored > 0 && unjudged.isEmpty { return "all that both runs have is ignored" }
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
  /// The names of the rows that are ignored, in either run.
  let ignored: Set<String>
  private let oldByAxes: [[String]: SummaryRow]
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
    self.oldByAxes = oldByAxes
    ignored = Set(
      (baseline.summary + current.summary).map(\.stableName)
        .filter { options.ignored.exception(for: $0) != nil })
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
    guard matched || options.only == .code || !ignored.isEmpty else {
      throw .nothingMatches(baseline: baseline.path, current: current.path)
    }
  }

  /// The baseline's row of the same cell and arm.
  func old(_ row: SummaryRow) -> SummaryRow? { oldByAxes[row.axisFields] }
}

extension SummaryRow {
  /// Whether it has what a comparison takes.
  fileprivate var isJudgeable: Bool {
    processes >= Comparison.fewestProcesses && (ratioLo != nil || differenceLo != nil)
  }

  /// The row's axes as text, equal for the same measurement in two runs.
  var axisFields: [String] { Self.axes.map { $0.field(self).csv } }
}
