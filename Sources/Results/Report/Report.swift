import Text

/// A run in the layouts that kernel mails and tools use.
///
/// What the run has no number of stays empty.
public struct Report: Sendable {
  let run: Run
  let table: SummaryTable
  let isWhole: Bool
  let baseline: Run?
  let caveats: [String]
  let path: String
  let screen: Screen

  /// Which layout.
  public enum Style: String, CaseIterable, Sendable {
    /// For a terminal, every cell: what the run prints with `--format table`.
    case table
    /// For a terminal, the answer on one screen, as the run printed it; the table where the rows fit no
    /// matrix.
    case matrix
    /// For the commit message of an mm patch: at most 72 columns, and 50 lines with a Link:.
    case mm
    /// The kernel test robot's comparison of two commits, here of two arms.
    case lkp
    /// The comparison that mmtests' compare-mmtests.pl prints.
    case mmtests
    /// For a comment on GitHub: the matrix, and tables of every cell folded, under 60,000 characters.
    case markdown
    /// Version 1 of the kernel's Test Anything Protocol, a test point for each compared row.
    case ktap
    /// JSON for github-action-benchmark's `customSmallerIsBetter`.
    case githubBenchmark = "github-benchmark"
    /// One file for a browser, with figures, all cells and the CSV in it.
    case html

    /// Whether it has a longer form with all that the run measured.
    public var hasWhole: Bool { [.mm, .lkp, .mmtests].contains(self) }
  }

  /// - Parameters:
  ///   - isWhole: whether the styles `mm`, `lkp` and `mmtests` leave nothing out.
  ///   - baseline: the run that `ktap` judges this one by.
  ///   - caveats: what must be known to read the numbers, a sentence each; in every style but
  ///     `github-benchmark`, which has no place for it.
  ///   - path: of the run, as a person would type it; the run's own by default.
  ///   - screen: what a matrix is printed on.
  public init(
    _ run: Run,
    arms: SummaryTable.Arms = .new,
    isWhole: Bool = false,
    baseline: Run? = nil,
    caveats: [String] = [],
    path: String? = nil,
    on screen: Screen = Screen()
  ) {
    self.run = run
    self.isWhole = isWhole
    self.baseline = baseline
    self.caveats = caveats
    self.path = path ?? run.path.string
    self.screen = screen
    table = SummaryTable(run.summary, arms: arms)
  }

  /// - Throws: what ``Run/samples()`` throws, in the styles `lkp` and `mmtests`; what ``Run/codegen()``
  ///   throws, in `html`; what ``Comparison/init(baseline:current:options:code:)`` throws, in `ktap` with
  ///   a baseline.
  public func render(_ style: Style) throws(ResultsError) -> String {
    switch style {
    case .matrix: return matrixText ?? tableWithCaveats
    case .table: return tableWithCaveats
    case .ktap: return try ktap()
    case .githubBenchmark: return githubBenchmark
    case .html: return try html()
    case _ where table.compared.isEmpty:
      return ([table.nothing] + [incompleteness].compactMap(\.self)).joined(separator: "\n") + "\n"
    case .mm: return mm
    case .markdown: return markdown
    case .lkp: return lkp(try Replicates.Table(of: run))
    case .mmtests: return mmtests(try Replicates.Table(of: run))
    }
  }
}

extension Report {
  private var tableWithCaveats: String {
    table.render() + ([incompleteness].compactMap(\.self) + caveats).map { "\n\($0)\n" }.joined()
  }

  /// What the numbers are not all of; nil of a complete run.
  private var incompleteness: String? {
    run.meta.incompleteness.map { told in
      // What failed by a wrong answer fails again.
      "The run is \(told)"
        + (run.meta.status == .failed ? "." : ": 'bench run --resume \(path)' goes on with it.")
    }
  }

  /// Nil where rows fit none, or more arms are wanted than it has.
  var matrix: Matrix? {
    table.arms == .new ? Matrix(run.summary, of: run.meta) : nil
  }

  private var matrixText: String? { matrix?.text(path: path, caveats: caveats, on: screen) }

  /// Where the numbers come from: label and machine, then run.
  var provenance: [String] {
    let origin: [String?] = [
      "run \(run.meta.runID)", run.meta.commitText, "seed \(run.meta.seed)",
      run.meta.incompleteness,
    ]
    return [run.meta.machineText, origin.compactMap(\.self).joined(separator: ", ")]
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
