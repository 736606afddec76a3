import Foundation
import Testing

@testable import Results

/// Of every style the report of a published run. Where a style is another tool's format, its golden file
/// was compared by eye with a real specimen, which the test names.
@Suite("Reports of published runs")
struct ReportGoldenTests {
  private func render(
    _ run: Run, _ style: Report.Style, isWhole: Bool = false, path: String = Golden.publishedPath
  ) throws -> String {
    try Report(run, isWhole: isWhole, path: path).render(style)
  }

  @Test("mm: a page of a mail, with a line to spare for a Link:")
  func mm() throws {
    let text = try render(Golden.published(), .mm)
    try Golden.expect(text, "report-mm.txt")
    #expect(text.lines.count < 50)
    try Golden.expect(
      render(Golden.published("-scale"), .mm, path: "results/latest"), "report-mm-scale.txt")
  }

  @Test("mm: no run has lines of more than 72 columns, or more than 49 of them")
  func mmLimits() throws {
    for suffix in ["", "-callers", "-refcount", "-scale"] {
      let run = try Golden.published(suffix)
      for arms in [SummaryTable.Arms.new, .all] {
        let text = try Report(run, arms: arms, path: Golden.publishedPath + suffix).render(.mm)
        #expect(text.lines.count <= 49, "\(suffix)")
        let whole = try Report(run, arms: arms, isWhole: true).render(.mm)
        #expect((text.lines + whole.lines).allSatisfy { $0.count <= 72 }, "\(suffix)")
      }
    }
  }

  @Test("mm: everything has a line for each comparison of two modes at most")
  func mmWhole() throws {
    let run = try Golden.published("-scale")
    let numbers = try render(run, .mm, isWhole: true).lines.count {
      $0.contains(#/ [0-9.]+ +[0-9.]+( +\S+)?$/#)
    }
    // And the heads of the columns.
    #expect(numbers == SummaryTable(run.summary).compared.count + 1)
  }

  /// Beside the mail https://lore.kernel.org/oe-lkp/202504141016.fda72ac0-lkp@intel.com, and what
  /// lib/compare.rb of lkp-tests prints: widths, trailing blanks, deviations above 2 % only, nothing
  /// behind the metric.
  @Test("lkp: the kernel test robot's mail")
  func lkp() throws {
    try Golden.expect(render(Golden.thin(), .lkp), "report-lkp.txt")
  }

  /// Beside the tables of https://lore.kernel.org/all/20220217002227.5739-6-mgorman@techsingularity.net
  /// and docs/Tutorial.md of mmtests: two lines of heads, right-aligned fields of 23 characters, stars in
  /// place of brackets.
  @Test("mmtests: compare-mmtests.pl's tables")
  func mmtests() throws {
    try Golden.expect(render(Golden.thin(), .mmtests), "report-mmtests.txt")
    try Golden.expect(render(Golden.thin(), .mmtests, isWhole: true), "report-mmtests-all.txt")
  }

  /// Beside the examples in Documentation/dev-tools/ktap.rst, and what tools/testing/selftests/
  /// kselftest.h prints for XFAIL and totals.
  @Test("ktap: the kernel's Test Anything Protocol")
  func ktap() throws {
    try Golden.expect(render(Golden.published(), .ktap), "report-ktap.txt")
  }

  /// Beside the example in the README of github-action-benchmark, and the schema in its src/extract.ts.
  @Test("github-benchmark: github-action-benchmark's JSON")
  func githubBenchmark() throws {
    try Golden.expect(render(Golden.published(), .githubBenchmark), "report-github-benchmark.json")
  }

  /// Beside GitHub's description of tables and of collapsed sections, with a blank line behind the
  /// summary.
  @Test("markdown: a comment on GitHub")
  func markdown() throws {
    try Golden.expect(render(Golden.published(), .markdown), "report-markdown.md")
  }

  /// Looked at in Chromium, 1280 and 400 pixels wide, light, dark and printed.
  @Test("html: a page")
  func html() throws {
    let text = try render(Golden.thin(), .html, path: "results/latest")
    try Golden.expect(
      text.replacing(/<style>[^<]*<\/style>/, with: "<style></style>")
        .replacing(/<script>.*<\/script>/.dotMatchesNewlines(), with: "<script></script>")
        .replacing(/base64,[A-Za-z0-9+\/=]*/, with: "base64,"), "report.html")
  }
}

extension String {
  fileprivate var lines: [Substring] {
    split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }
}
