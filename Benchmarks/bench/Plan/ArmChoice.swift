import Vmemmap

/// Which arms are measured in a cell, and against which.
struct ArmChoice {
  /// The arms asked for; nil for those in the default plan.
  var encodings: Set<String>?
  /// The baseline asked for; nil for the old kernel's encoding in each cell.
  let baseline: String?
  /// Whether the old kernel's static key is measured as patched code. Its constants are then there to
  /// check that by; else they are all that there is of the old kernel.
  let patchesKey: Bool
  /// Whether controls are measured without being asked for.
  let includesControls: Bool

  /// The arm that a cell's ratios refer to: the old kernel in the cell's state of HVO.
  func baseline(of cell: Cell) -> String {
    if let baseline = cell.operation.baseline { return baseline }
    if let baseline { return baseline }
    if patchesKey || cell.operation.changesHVO { return FakeHeadEncoding<OptimizeVmemmapKey>.name }
    return cell.hvo.isKeyEnabled ? FakeHeadEncoding<KeyOn>.name : FakeHeadEncoding<KeyOff>.name
  }

  /// What is timed in a cell: baseline, its twin, the other arms, and of loops the empty one.
  func arms(of cell: Cell) -> [Arm] {
    let baseline = baseline(of: cell)
    let others = cell.contenders.filter {
      $0.name != baseline && (cell.operation.baseline != nil || isMeasured($0))
    }.map(\.name)
    return [Arm(name: baseline, role: .baseline), Arm(name: baseline, role: .twin)]
      + others.map { Arm(name: $0, role: .arm) }
      + (cell.operation.changesHVO ? [] : [Arm(name: "empty", role: .empty)])
  }

  private func isMeasured(_ contender: Contender) -> Bool {
    if let encodings { return encodings.contains(contender.name) }
    switch contender.staticKey?.isConstant {
    case false? where !patchesKey: return false
    // The key's constants stand in for it where it can't be patched.
    case true? where !patchesKey: return true
    default: return includesControls || contender.isInDefaultPlan
    }
  }
}

// MARK: - Memory maps

extension PlannedCell {
  /// What the map of each arm holds, in the order of ``arms``; the empty loop has none.
  var formats: [any TailFormat.Type] {
    let formats = Dictionary(uniqueKeysWithValues: cell.contenders.map { ($0.name, $0.format) })
    return arms.compactMap { formats[$0.name] }
  }
}

extension [PlannedCell] {
  /// What the maps hold that the cells share: each format as often as the cell needs it that needs it
  /// most often.
  var formats: [any TailFormat.Type] {
    var shared: [any TailFormat.Type] = []
    for cell in self {
      for (name, maps) in Dictionary(grouping: cell.formats, by: { $0.name }) {
        shared += maps.dropFirst(shared.count { $0.name == name })
      }
    }
    // By name, because the places of maps are the same in every process then.
    return shared.sorted { $0.name < $1.name }
  }
}
