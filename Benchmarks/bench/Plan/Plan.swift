import Measurement
import Vmemmap

/// Everything that determines a run but the machine.
struct Plan {
  /// The cells asked for, and the self-test's last.
  let cells: [Cell]
  /// How many processes look at a cell before it is judged.
  let processes: Int
  /// How many copies of each timed loop, at different offsets within 64 bytes, take turns.
  let layouts: Int
  let seed: UInt64
  /// How long measuring may take in seconds, building of memory maps included.
  let budget: Double
  /// How verdicts are reached, at each look.
  let rule: VerdictRule
  /// The arms asked for; nil for all but controls.
  let encodings: Set<String>?
  /// Whether the old kernel's static key is measured as patched code. Its constants are then there to
  /// check that by; else they are all that there is of the old kernel.
  let patchesKey: Bool
  /// Whether controls are measured without being asked for.
  let includesControls: Bool
  /// The baseline asked for; nil for the old kernel's encoding in each cell.
  let baseline: String?
  let topology: Topology

  /// How often a cell may be looked at: it gets a second set of processes while it is unresolved.
  ///
  /// The number is fixed beforehand, and each look spends an equal part of the error rate, so that
  /// all looks together keep it (Bonferroni: whatever they have to do with each other).
  static let looks = 2
  /// The part of the budget that the first look, at all cells, may take.
  static let firstLookShare = 0.75

  /// The rule for one look, given what all looks together may get wrong.
  static func rule(margin: Double) -> VerdictRule {
    VerdictRule(
      margin: margin, confidence: 1 - 0.05 / Double(looks),
      falseDiscoveryRate: 0.05 / Double(looks))
  }

  /// How many copies of each timed loop were built.
  static let availableLayouts = 4
  /// What the self-test adds to the time of a run.
  static let selfTestSeconds = 1.5
  /// Replicates for an interval that is worth its name.
  static let fewestGroups = 12
  static let fewestRoundsPerGroup = 2
  static let mostRoundsPerGroup = 200

  /// Rounds of a layout in a process fall into so many blocks, each of which is a replicate.
  var blocksPerLayout: Int {
    (Plan.fewestGroups + processes * layouts - 1) / (processes * layouts)
  }

  /// The arm that a cell's ratios refer to: the old kernel in the cell's state of HVO.
  func baseline(of cell: Cell) -> String {
    if cell.operation == .selfTest { return "planted_0" }
    if let baseline { return baseline }
    if patchesKey { return FakeHeadEncoding<OptimizeVmemmapKey>.name }
    return cell.hvo.isKeyEnabled ? FakeHeadEncoding<KeyOn>.name : FakeHeadEncoding<KeyOff>.name
  }

  /// What is timed in a cell: baseline, its twin, the other arms, the null loop.
  func arms(of cell: Cell) -> [Arm] {
    let baseline = baseline(of: cell)
    let others = cell.contenders.filter {
      $0.name != baseline && (cell.operation == .selfTest || isMeasured($0))
    }.map(\.name)
    return [Arm(name: baseline, role: .baseline), Arm(name: baseline, role: .twin)]
      + others.map { Arm(name: $0, role: .arm) }
      + [Arm(name: "null", role: .null)]
  }

  /// What the map of each arm of a cell holds, in the order of ``arms(of:)``; the null loop has none.
  func formats(of cell: Cell) -> [any TailFormat.Type] {
    let formats = Dictionary(uniqueKeysWithValues: cell.contenders.map { ($0.name, $0.format) })
    return arms(of: cell).compactMap { formats[$0.name] }
  }

  private func isMeasured(_ contender: Contender) -> Bool {
    if let encodings { return encodings.contains(contender.name) }
    guard let key = contender.staticKey else { return true }
    return key.isConstant ? includesControls || !patchesKey : patchesKey
  }
}
