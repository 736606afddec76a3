/// Why no estimate could be made from the rounds given.
public enum EstimateError: Error, Equatable, CustomStringConvertible {
  /// The exact interval needs more groups of rounds to reach the confidence.
  case tooFewGroups(found: Int, needed: Int, confidence: Double)

  /// A round's log ratio is infinite or not a number.
  case notFinite(PairedRound)

  public var description: String {
    switch self {
    case .tooFewGroups(let found, let needed, let confidence):
      """
      an interval at confidence \(confidence) needs at least \(needed) groups of rounds \
      (process, layout, block), there are \(found): measure more processes, layouts or blocks
      """
    case .notFinite(let round):
      """
      the log ratio in process \(round.process), layout \(round.layout), block \(round.block) is \
      \(round.logRatio): one side took no measurable time; run more iterations per timed block
      """
    }
  }
}

extension [PairedRound] {
  /// - Throws: the first round whose times have no finite log ratio.
  func checkFinite() throws(EstimateError) {
    if let round = first(where: { !$0.logRatio.isFinite }) { throw .notFinite(round) }
  }
}
