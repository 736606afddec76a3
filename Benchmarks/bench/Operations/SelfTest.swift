import TimedLoops
import Vmemmap

extension Operation {
  /// Slow-downs of known size on top of a chain of `compound_head()`, to learn what the machine
  /// resolves.
  static let selfTest = Operation(
    "selftest", "slow-downs of known size",
    loops: [Loop(.throughput, .head), Loop(.latency, in: .latency(.data), .head)],
    of: plantedAdditions.map {
      Contender(
        name: "planted_\($0)", summary: "\($0) additions planted", role: .control,
        hvoStates: [.off], format: HeadMaskFormat.self)
    },
    baseline: "planted_0", weight: 6)
}

extension Cell {
  /// Heads of one folio.
  static func selfTest(on cpuNode: Int, _ memoryNode: Int) -> Cell {
    Cell(
      operation: .selfTest, mode: .latency, order: 9, pageClass: .head, mix: 0,
      predictability: .uniform, pattern: .randomPFN, folios: 1, hvo: .off, mapping: .base,
      cpuNode: cpuNode, memoryNode: memoryNode)
  }
}
