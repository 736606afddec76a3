import FoundationEssentials

extension Comparison {
  /// One object: the result, the runs, each suspect with what came of it, and the loops that changed.
  func json() throws(ResultsError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    // Nothing in it is infinite or no number: `finite` sees to that.
    guard let data = try? encoder.encode(Document(self)) else {
      throw .notJudged(why: "a number of this comparison is none that JSON has")
    }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}

private struct Document: Encodable {
  let result: String
  let headline: String
  let remarks: [String]
  let base: String
  let head: String
  let baseCommit: String?
  let headCommit: String?
  let compared: Int
  let expectedSuspects: Double
  let threshold: Double
  let inflation: Double
  let suspects: [Suspect]
  let faster: [Changed]
  let notBlamed: [Changed]
  let notJudged: [String]
  let onlyInBase: [String]
  let onlyInHead: [String]
  let harnessMoved: Bool
  let code: Code?

  struct Suspect: Encodable {
    let name: String
    let state: String
    let isRed: Bool
    let standsOut: Bool
    let accepted: String?
    let factor: Double
    let pScreening: Double
    let verdict: String?
    let confirmedFactor: Double?
    let confirmedLo: Double?
    let confirmedHi: Double?
    let shift: Double?
    let shiftLo: Double?
    let shiftHi: Double?
    let unit: String
    let pConfirmation: Double?
    let causes: [String]
  }

  struct Changed: Encodable {
    let name: String
    let factor: Double
  }

  struct Code: Encodable {
    let loops: Int
    let moreWork: [Loop]
    let lessWork: [Loop]
    let rewritten: [Loop]
  }

  struct Loop: Encodable {
    let symbol: String
    let name: String
    let differences: [String]
  }

  init(_ comparison: Comparison) {
    func changed(_ changes: [Comparison.Change]) -> [Changed] {
      changes.map { Changed(name: $0.name, factor: $0.factor.finite ?? 0) }
    }
    func loops(_ changes: [CodeComparison.Change], _ kind: CodeComparison.Change.Kind) -> [Loop] {
      changes.filter { $0.kind == kind }.map {
        Loop(symbol: $0.new.symbol, name: $0.name, differences: $0.differences)
      }
    }
    result = comparison.result.rawValue
    headline = comparison.headline
    remarks = comparison.remarks
    base = comparison.baseline.meta.runID
    head = comparison.current.meta.runID
    baseCommit = comparison.baseline.meta.commit
    headCommit = comparison.current.meta.commit
    compared = comparison.changes.count
    expectedSuspects = comparison.expectedSuspects
    threshold = comparison.floor.finite ?? 0
    inflation = comparison.inflation.finite ?? 0
    suspects = comparison.suspects.map { suspect in
      let finding = suspect.finding
      return Suspect(
        name: suspect.name, state: suspect.state, isRed: suspect.isRed,
        standsOut: suspect.standsOut, accepted: suspect.accepted,
        factor: suspect.factor.finite ?? 0, pScreening: suspect.p.finite ?? 1,
        verdict: finding?.verdict.rawValue, confirmedFactor: finding?.factor?.finite,
        confirmedLo: finding?.factorInterval?.lowerBound.finite,
        confirmedHi: finding?.factorInterval?.upperBound.finite,
        shift: suspect.shift?.finite, shiftLo: finding?.shiftInterval?.lowerBound.finite,
        shiftHi: finding?.shiftInterval?.upperBound.finite, unit: suspect.unit.rawValue,
        pConfirmation: finding?.p.finite, causes: comparison.causes(of: suspect.current))
    }
    faster = changed(comparison.improvements)
    notBlamed = changed(comparison.notBlamed)
    notJudged = comparison.unjudged.map(\.stableName)
    onlyInBase = comparison.onlyInBaseline.map(\.stableName)
    onlyInHead = comparison.onlyInCurrent.map(\.stableName)
    harnessMoved = comparison.ownTimes.haveMoved || !comparison.sharedByCode.isEmpty
    code = comparison.code.map { code in
      Code(
        loops: code.equal + code.changes.count, moreWork: loops(code.changes, .worse),
        lessWork: loops(code.changes, .better), rewritten: loops(code.changes, .rewritten))
    }
  }
}

extension Double {
  fileprivate var finite: Double? { isFinite ? self : nil }
}
