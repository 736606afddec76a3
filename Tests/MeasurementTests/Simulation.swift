import Glibc
import Measurement

/// Paired rounds made from a known truth, with noise at the levels that real runs have it.
struct Simulation {
  /// The log ratio that the estimate is to find.
  var truth = 0.0
  var processes = 3
  /// Offsets of the layouts from the truth; their number is the number of layouts.
  var layoutEffects = [0.0]
  var blocks = 4
  var rounds = 5
  /// Scale of what a process adds to all its rounds; a round's noise has about 0.01.
  var processDeviation = 0.0
  var placement = Placement.normal
  var noise = Noise.normal

  /// Shapes of a round's noise, each with median 0.
  enum Noise: String {
    case normal, logNormal, contaminated
  }

  /// Shapes of what differs between processes, each with median 0.
  enum Placement {
    case normal, logNormal, uniform
    /// 1 with the given chance below one half, else 0.
    case twoOutcomes(chance: Double)
    /// -1 or 1 with equal chance.
    case evenOdds

    var isNormal: Bool { if case .normal = self { true } else { false } }
  }

  func draw(using generator: inout SeededGenerator) -> [PairedRound] {
    var result: [PairedRound] = []
    for process in 0..<processes {
      let processEffect = processDeviation * placement.draw(using: &generator)
      for (layout, layoutEffect) in layoutEffects.enumerated() {
        for block in 0..<blocks {
          for _ in 0..<rounds {
            result.append(
              PairedRound(
                process: process,
                layout: layout,
                block: block,
                logRatio: truth + processEffect + layoutEffect
                  + 0.01 * noise.draw(using: &generator)
              )
            )
          }
        }
      }
    }
    return result
  }

  func estimate(
    rule: VerdictRule = VerdictRule(),
    using generator: inout SeededGenerator
  ) throws -> PairedEstimate {
    try PairedEstimate(draw(using: &generator), rule: rule)
  }
}

extension PairedRound {
  /// A round with a baseline of 1 ns, and so of that log ratio but for rounding.
  init(process: Int, layout: Int, block: Int, logRatio: Double) {
    self.init(
      process: process, layout: layout, block: block, armTime: exp(logRatio), baselineTime: 1)
  }

  /// The same round with an arm that takes so much longer than its baseline, in nanoseconds.
  func differing(by difference: Double, cycle: CycleLength?) -> PairedRound {
    PairedRound(
      process: process, layout: layout, block: block, armTime: 2 + difference, baselineTime: 2,
      cycle: cycle)
  }
}
