import Text

/// A run in the layouts that kernel mails and tools use.
///
/// Every style has the ratio with its interval and the verdict that the run came to. What the run
/// has no number of stays empty.
public struct Report: Sendable {
  let run: Run
  let table: SummaryTable
  let caveats: [String]

  /// Which layout.
  public enum Style: String, CaseIterable, Sendable {
    /// For a terminal, as the run printed it.
    case table
    /// For the commit message of an mm patch: at most 75 columns.
    case mm
    /// The kernel test robot's comparison of two commits, here of two arms.
    case lkp
    /// The comparison that mmtests' compare-mmtests.pl prints.
    case mmtests
    /// Tables of GitHub's Markdown.
    case markdown
    /// Version 1 of the kernel's Test Anything Protocol, one test point for each compared row.
    case ktap
  }

  /// - Parameter caveats: what must be known to read the numbers, a sentence each; in every style.
  public init(
    _ run: Run,
    arms: SummaryTable.Arms = .new,
    caveats: [String] = []
  ) {
    self.run = run
    self.caveats = caveats
    table = SummaryTable(run.summary, arms: arms)
  }

  /// - Throws: what ``Run/samples()`` throws, in the styles `lkp` and `mmtests`.
  public func render(_ style: Style) throws(ResultsError) -> String {
    switch style {
    case .table: return table.render() + caveats.map { "\n\($0)\n" }.joined()
    case .ktap: return ktap
    case _ where table.compared.isEmpty: return table.nothing + "\n"
    case .mm: return mm
    case .markdown: return markdown
    case .lkp: return lkp(try Replicates.Table(of: run))
    case .mmtests: return mmtests(try Replicates.Table(of: run))
    }
  }
}

extension Report {
  /// Where the numbers come from: label and machine, then run.
  var provenance: [String] {
    let machine = run.meta.machine
    let place: [String?] = [
      run.meta.label, machine.cpuName,
      machine.logicalCPUs.map { $0.counted("CPU") },
      machine.hypervisor.map { "virtual machine (\($0))" },
      machine.kernelRelease.map { "Linux \($0)" },
    ]
    let origin: [String?] = [
      "run \(run.meta.runID)",
      run.meta.commit.map { "commit \($0)\(run.meta.dirty == true ? ", changed" : "")" },
      "seed \(run.meta.seed)",
      run.meta.status == .complete ? nil : run.meta.status.rawValue,
    ]
    return [place, origin].map { $0.compactMap(\.self).joined(separator: ", ") }
  }

  /// What the numbers are worth: what A/A twins showed, where the run came so far, and the caveats.
  var remarks: [String] {
    let noiseFloor = run.meta.noiseFloor.map {
      "noise floor: A/A twins differ by \((100 * $0.median).fixed(2)) % in the median and "
        + "\((100 * $0.percentile95).fixed(2)) % at the 95th percentile of \($0.twins.counted("cell"))"
    }
    return [noiseFloor].compactMap(\.self) + caveats
  }

  /// Compared rows of one arm, baseline, operation and mode.
  var comparisons: [[SummaryTable.Pair]] {
    table.pairs.grouped { [$0.new.arm, $0.new.baseline, $0.new.operation, $0.new.mode] }
  }
}
