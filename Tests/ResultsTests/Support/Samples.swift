import FoundationEssentials
import Host
import Measurement
import SystemPackage
import TestSupport
import Testing
import Vmemmap

@testable import Results

extension SummaryRow {
  /// A compared arm with every number measured.
  static func sample(
    _ arm: String = "mask",
    role: ArmRole? = nil,
    cell: Int = 1,
    ratio: ClosedRange<Double>? = 0.13...0.15
  ) -> SummaryRow {
    var row = SummaryRow(
      runID: "2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d",
      timestamp: Timestamp(secondsSinceEpoch: 1_769_862_896),
      machineKey: "epyc-2c-1a2b3c4d",
      cpu: "AMD EPYC (26/2, Zen 5)",
      cell: cell,
      operation: "compound_head",
      mode: "throughput",
      arm: arm,
      role: role ?? (arm == "mask" ? .new : arm == "memdesc" ? .whatIf : .old),
      baseline: "fakehead",
      order: 9,
      pageClass: "mixed",
      footprintBytes: 32 << 10,
      threads: 1,
      iterations: 131_072,
      rounds: 40,
      processes: 3,
      layouts: 4,
      nsPerOp: 0.56,
      nsMin: 0.55,
      nsIQR: 0.01
    )
    row.mix = 50
    row.predictability = "random"
    row.pattern = "walk"
    row.hugePages = 1
    row.hvo = .elsewhere
    row.mapping = .uniform(.huge)
    if let ratio {
      row.ratio = (ratio.lowerBound + ratio.upperBound) / 2
      row.ratioLo = ratio.lowerBound
      row.ratioHi = ratio.upperBound
      row.nullLo = 0.99
      row.nullHi = 1.01
      row.verdict = .faster
      row.layoutsAgree = true
    }
    return row
  }
}

extension SampleRow {
  static func sample(round: Int = 0) -> SampleRow {
    SampleRow(
      cell: 1,
      arm: "mask",
      part: .arm,
      process: 0,
      block: 2,
      round: round,
      position: 1,
      layout: 3,
      iterations: 131_072,
      elapsedNS: 73_400
    )
  }
}

extension Meta {
  static var sample: Meta {
    Meta(
      started: Timestamp(secondsSinceEpoch: 1_769_862_896),
      commandLine: ["bench", "run"],
      seed: .max,
      compiler: Compiler(version: "6.3.1", flags: ["-O"]),
      machine: .sample
    )
  }
}

extension NoiseFloor {
  static func sample(twins: Int, median: Double, p95: Double) throws -> NoiseFloor {
    let json = """
      {"twins": \(twins), "median": \(median), "p95": \(p95), "false_positive_share": 0}
      """
    return try JSONDecoder().decode(NoiseFloor.self, from: Data(json.utf8))
  }
}

extension Run {
  static func sample(
    _ rows: [SummaryRow], machine: Machine = .sample, status: Meta.Status = .complete,
    noise: Double? = nil
  ) -> Run {
    var meta = Meta.sample
    meta.machine = machine
    meta.status = status
    meta.noiseFloor = noise.flatMap { try? .sample(twins: 1, median: 0, p95: $0) }
    return Run(path: "run", meta: meta, summary: rows)
  }

  /// The same, measured without optimisation.
  var ofDebugBuild: Run {
    var meta = meta
    meta.compiler.flags = ["-c", "debug"]
    return Run(path: path, meta: meta, summary: summary)
  }
}

extension CodegenRow {
  /// One copy of a loop of `compound_head()`.
  static func sample(_ arm: String = "mask", role: String = "arm", layout: Int = 0) -> CodegenRow {
    CodegenRow(
      arm: arm,
      symbol: "compound_head__latency__\(arm)__\(role)__\(layout)",
      bytes: 200,
      instructions: 60,
      conditionalJumps: 1,
      loads: 16,
      stores: 0,
      locked: 0,
      calls: 0
    )
  }
}
