import Glibc
import Measurement

extension SeededGenerator {
  /// Uniform over (0, 1].
  mutating func unit() -> Double { Double((next() >> 11) + 1) * 0x1p-53 }

  /// Exponential with mean 1.
  mutating func exponential() -> Double { -log(unit()) }

  /// Standard normal, by Box and Muller.
  mutating func normal() -> Double {
    (2 * exponential()).squareRoot() * cos(2 * .pi * unit())
  }
}

extension Simulation.Noise {
  func draw(using generator: inout SeededGenerator) -> Double {
    switch self {
    case .normal: generator.normal()
    case .logNormal: exp(generator.normal()) - 1
    // One round in ten is hit by something that only ever costs time.
    case .contaminated:
      generator.normal() + (generator.unit() < 0.1 ? 10 * generator.exponential() : 0)
        - Reference.values.contaminatedMedian
    }
  }
}

extension Simulation.Placement {
  func draw(using generator: inout SeededGenerator) -> Double {
    switch self {
    case .normal: generator.normal()
    case .logNormal: exp(generator.normal()) - 1
    case .uniform: 2 * generator.unit() - 1
    case .twoOutcomes(let chance): generator.unit() < chance ? 1 : 0
    case .evenOdds: generator.unit() < 0.5 ? 1 : -1
    }
  }
}
