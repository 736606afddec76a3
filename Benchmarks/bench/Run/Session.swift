import Dispatch
import Foundation
import Results
import SystemPackage
import Vmemmap

/// A run from its plan to its directory: starts the measuring processes one after the other, keeps
/// what they tell, and makes rows, files and a table of it.
struct Session {
  let plan: Plan
  let left: [LeftOut]
  let output: FilePath
  let format: SummaryTable.Format
  let allArms: Bool

  /// How often `summary.csv` is brought up to date while measuring, in seconds.
  private static let summaryInterval = 10.0

  func run() throws {
    var meta = Meta(
      started: .now, commandLine: CommandLine.arguments, seed: plan.seed,
      compiler: .thisBuild, machine: .current())
    (meta.commit, meta.dirty) = Repository.state()
    meta.falseDiscoveryControl =
      "Benjamini-Hochberg at 5 % over all arms of the run, twins left out"
    meta.unmeasured = left.map { Meta.Unmeasured(what: $0.what, why: $0.why) } + absentArms
    let directory = try RunDirectory.create(in: output, for: &meta)

    var results = RunResults(plan)
    let interruption = Interruption()
    do {
      try measure(&results, &meta, directory, interruption)
    } catch {
      meta.status = .failed
      meta.statusReason = "\(error)"
      meta.finished = .now
      // Rows beside a wrong answer would look like results.
      try directory.writeSummary([])
      try directory.write(meta)
      throw error
    }
    let (rows, noiseFloor) = try results.summary(meta)
    meta.status = interruption.isRequested ? .interrupted : .complete
    meta.finished = .now
    meta.noiseFloor = noiseFloor.map {
      Meta.NoiseFloor(
        twins: $0.twins, median: $0.median, p95: $0.percentile95,
        falsePositiveShare: $0.falsePositiveShare)
    }
    try directory.writeSummary(rows)
    try directory.write(meta)
    report(rows, meta, directory)
  }

  private func measure(
    _ results: inout RunResults, _ meta: inout Meta, _ directory: RunDirectory,
    _ interruption: Interruption
  ) throws {
    var progress = Progress(total: plan.cells.count * plan.processes)
    defer { progress.finish() }
    var lastSummary = Date()
    // The seed is named so that a fresh one is the same in every process.
    let arguments =
      CommandLine.arguments.dropFirst()
      + (options(name: "--seed") ? [] : ["--seed", "\(plan.seed)"])
    for process in 0..<plan.processes where !interruption.isRequested {
      let worker = try MeasuringProcess(
        arguments: arguments + ["--worker-process", "\(process)"])
      interruption.onRequest { worker.stop() }
      let ending = try worker.messages { message in
        switch message {
        case .failure(let why):
          throw FailedRun(description: why)
        case .accounts(let accounts):
          if process == 0 { meta.savings = (meta.savings ?? []) + accounts.map(\.saving) }
        case .cell(let report):
          try results.add(report, process: process)
          try directory.appendSamples(report.sampleRows(process: process))
          progress.step(plan.cells[report.cell].summary)
          if Date().timeIntervalSince(lastSummary) > Session.summaryInterval {
            try directory.writeSummary(try results.summary(meta).rows)
            lastSummary = Date()
          }
        }
      }
      if ending != .finished && !interruption.isRequested {
        throw FailedRun(description: "measuring process \(process) ended: \(ending)")
      }
    }
  }

  private func options(name: String) -> Bool {
    CommandLine.arguments.contains { $0 == name || $0.hasPrefix(name + "=") }
  }

  /// Arms that this build or machine does not have.
  private var absentArms: [Meta.Unmeasured] {
    #if HAVE_URCU
      []
    #else
      [
        Meta.Unmeasured(
          what: "page_ref_add_unless with liburcu's read side",
          why:
            "built without liburcu: install liburcu-dev, then 'swift package purge-cache' and build"
        )
      ]
    #endif
  }

  private func report(_ rows: [SummaryRow], _ meta: Meta, _ directory: RunDirectory) {
    let arms = allArms ? SummaryTable.Arms.all : .named(MaskEncoding.name)
    print(SummaryTable(rows, arms: arms).render(format))
    guard format == .table else { return }
    if let floor = meta.noiseFloor {
      print(
        """
        noise floor: A/A twins differ by \(percent(floor.median)) in the median and \
        \(percent(floor.p95)) at the 95th percentile of \(floor.twins) cells; \
        \(percent(floor.falsePositiveShare)) of their intervals exclude 1
        """)
    }
    for item in meta.unmeasured { print("not measured: \(item.what): \(item.why)") }
    for saving in meta.savings ?? [] { print(saving.summary) }
    if meta.status == .interrupted {
      print("interrupted: the cells that were finished are here, with fewer processes behind them")
    }
    print("\(directory.path)/summary.csv, seed \(meta.seed)")
  }
}

extension Meta.Saving {
  fileprivate var summary: String {
    let measured = bytesMeasured.map { "\($0 >> 10) KiB" } ?? "not measured"
    return "HVO, order \(order), \(layout) layout: \(measured) saved per folio by st_blocks, "
      + "\(bytesByFormula >> 10) KiB by the formula"
  }
}

private func percent(_ share: Double) -> String {
  String(format: "%.2f %%", share * 100)
}
