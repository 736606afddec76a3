import Vmemmap

/// Everything that determines a run but the machine.
struct Plan {
  let cells: [Cell]
  let processes: Int
  /// How many copies of each timed loop, at different offsets within 64 bytes, take turns.
  let layouts: Int
  let seed: UInt64
  /// How long measuring may take in seconds, building of memory maps included.
  let budget: Double
  /// The arms asked for; nil for all.
  let encodings: Set<String>?
  /// The baseline asked for; nil for the old kernel's encoding in each cell.
  let baseline: String?
  let topology: Topology

  /// How many copies of each timed loop were built.
  static let availableLayouts = 4
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
    baseline ?? oldKernel(in: cell.hvo)
  }

  /// What is timed in a cell: baseline, its twin, the other arms, the null loop.
  func arms(of cell: Cell) -> [Arm] {
    let baseline = baseline(of: cell)
    let others = cell.contenders.map(\.name).filter {
      $0 != baseline && (encodings?.contains($0) ?? true)
    }
    return [Arm(name: baseline, role: .baseline), Arm(name: baseline, role: .twin)]
      + others.map { Arm(name: $0, role: .arm) }
      + [Arm(name: "null", role: .null)]
  }
}

/// The old kernel's arm, with the static key as a state of HVO puts it.
private func oldKernel(in hvo: HVOState) -> String {
  KeyOff.hvoStates.contains(hvo) ? FakeHeadEncoding<KeyOff>.name : FakeHeadEncoding<KeyOn>.name
}
