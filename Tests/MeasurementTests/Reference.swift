import Foundation
import Measurement

/// The values that Reference/make_reference.py made, by other means than the code under test.
struct Reference: Decodable {
  let binomialTails: [BinomialTail]
  let statistics: [Sample]
  let studentT: [StudentT]
  let falseDiscovery: [FalseDiscovery]
  let estimates: [Estimate]
  let generators: Generators
  let contaminatedMedian: Double

  struct BinomialTail: Decodable {
    let heads: Int
    let tosses: Int
    /// Nil for the logarithm of 0.
    let log: Double?
  }

  struct Sample: Decodable {
    let values: [Double]
    let median: Double
    let interquartileRange: Double
    let quantiles: [Quantile]
    let signTest: Double
    let intervals: [AtConfidence]
    let studentTIntervals: [StudentTInterval]
    /// Nil for a single value.
    let studentTTest: Double?

    struct Quantile: Decodable {
      let fraction: Double
      let value: Double
    }

    struct AtConfidence: Decodable {
      let confidence: Double
      let interval: Interval?
    }

    struct Interval: Decodable {
      let lower: Double
      let upper: Double
      let coverage: Double
    }

    struct StudentTInterval: Decodable {
      let confidence: Double
      let lower: Double
      let upper: Double
    }
  }

  struct StudentT: Decodable {
    let confidence: Double
    let degreesOfFreedom: Int
    let t: Double
  }

  struct FalseDiscovery: Decodable {
    let pValues: [Double]
    let adjusted: [Double]
  }

  struct Estimate: Decodable {
    let rounds: [Round]
    let logRatio: Interval
    let nanoseconds: Interval
    let cycles: Interval
    let byLayout: [OfLayout]

    struct Round: Decodable {
      let process: Int
      let layout: Int
      let block: Int
      let armTime: Double
      let baselineTime: Double
      let cycle: Double
    }

    struct Interval: Decodable {
      let median: Double
      let lower: Double
      let upper: Double
      let replicates: Int
      let pDifference: Double
    }

    struct OfLayout: Decodable {
      let median: Double
      let lower: Double?
      let upper: Double?
    }

    var pairedRounds: [PairedRound] {
      rounds.map {
        PairedRound(
          process: $0.process, layout: $0.layout, block: $0.block, armTime: $0.armTime,
          baselineTime: $0.baselineTime, cycle: CycleLength(nanoseconds: $0.cycle))
      }
    }
  }

  struct Generators: Decodable {
    let splitMix64: [UInt64]
    let xoshiro256StarStar: [UInt64]
    let seed7: [UInt64]
    let seed7Stream1Stream2: [UInt64]
    let seed7StreamNamed: [UInt64]
  }

  static let values: Reference = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Reference/reference.json")
    do {
      return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    } catch {
      preconditionFailure("run make_reference.py > reference.json: \(error)")
    }
  }()
}

extension Reference.Estimate.Interval {
  func matches(_ interval: PairedInterval) -> Bool {
    isClose(interval.median, median) && isClose(interval.lower, lower)
      && isClose(interval.upper, upper) && isClose(interval.pDifference, pDifference)
      && interval.replicates == replicates
  }
}

/// Equal but for rounding: to a part in `tolerance`, or absolutely that near to 0.
func isClose(_ value: Double, _ reference: Double, tolerance: Double = 1e-12) -> Bool {
  abs(value - reference) <= tolerance * max(1, abs(reference))
}
