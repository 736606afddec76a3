import Host
import SystemPackage
import TestSupport
import Testing

@testable import Results

@Suite("Comparison of machine code")
struct CodeComparisonTests {
  private func changed(
    _ row: CodegenRow = .sample(),
    _ change: (inout CodegenRow) -> Void
  ) -> CodegenRow {
    var row = row
    change(&row)
    return row
  }

  @Test("Equal code is no change")
  func equal() {
    let rows = [CodegenRow.sample(), .sample("fakehead")]
    let comparison = CodeComparison(old: rows, new: rows)
    #expect(comparison.changes.isEmpty)
    #expect(
      comparison.render() == """
        Code of 2 timed loops: 0 worse, 0 better, 0 rewritten, 2 equal; \
        add/remove: 0/0 grow/shrink: 0/0 up/down: 0/0 (0)

        """
    )
  }

  @Test(
    "One more jump, load, store, locked operation or call is worse, one less is better",
    arguments: CodegenRow.work.indices
  )
  func work(index: Int) throws {
    let count = try #require(
      CodegenRow.work[index].count as? WritableKeyPath<CodegenRow, Int>
    )
    let more = changed { $0[keyPath: count] += 1 }
    let worse = CodeComparison(old: [.sample()], new: [more])
    #expect(worse.changes.map(\.kind) == [.worse])
    let name = CodegenRow.work[index].name
    let before = CodegenRow.sample()[keyPath: count]
    #expect(
      worse.render().hasPrefix(
        """
        More work in the current run than in the baseline run:
          compound_head latency mask: \(name) \(before) -> \(before + 1)

        Code of 1 timed loop: 1 worse, 0 better, 0 rewritten, 0 equal; add/remove: 0/0
        """
      )
    )
    #expect(CodeComparison(old: [more], new: [.sample()]).changes.map(\.kind) == [.better])
  }

  @Test("Work is what a processor does; bytes and instructions are how it is written down")
  func facts() {
    let names = CodegenRow.work.map(\.name)
    #expect(names == ["conditional jumps", "loads", "stores", "locked", "calls"])
    #expect(CodegenRow.size.map(\.name) == ["instructions", "bytes"])
  }

  @Test("Less of one work and more of another is worse")
  func traded() {
    let traded = changed {
      $0.conditionalJumps -= 1
      $0.loads += 1
    }
    #expect(CodeComparison(old: [.sample()], new: [traded]).regressions.count == 1)
  }

  @Test("Other bytes and instructions are listed and summed up, and are neither worse nor better")
  func rewritten() {
    let longer = changed {
      $0.bytes += 16
      $0.instructions += 2
    }
    let comparison = CodeComparison(old: [.sample()], new: [longer])
    #expect(comparison.regressions.isEmpty && comparison.improvements.isEmpty)
    #expect(
      comparison.render() == """
        The same work in other instructions:
          compound_head latency mask: instructions 60 -> 62, bytes 200 -> 216

        Code of 1 timed loop: 0 worse, 0 better, 1 rewritten, 0 equal; \
        add/remove: 0/0 grow/shrink: 1/0 up/down: 16/0 (16)

        """
    )
  }

  @Test("Loops of one side are added or removed, and their bytes go up or down")
  func oneSided() {
    let comparison = CodeComparison(
      old: [.sample(), .sample("fakehead"), .sample("pointer")],
      new: [changed { $0.bytes = 180 }, .sample("memdesc")]
    )
    #expect(comparison.added.map(\.arm) == ["memdesc"])
    #expect(comparison.removed.map(\.arm) == ["fakehead", "pointer"])
    #expect(comparison.regressions.isEmpty)
    #expect(
      comparison.render().hasSuffix(
        "add/remove: 1/2 grow/shrink: 0/1 up/down: 200/-420 (-220)\n"
      )
    )
  }

  @Test("Copies of a loop that changed alike are one line, others lines of their own")
  func copies() {
    let old = (0..<4).map { CodegenRow.sample(layout: $0) } + [.sample(role: "twin")]
    let new = old.enumerated().map { index, row in changed(row) { $0.loads += index == 3 ? 2 : 1 } }
    #expect(
      CodeComparison(old: old, new: new, names: ("a", "b")).render().hasPrefix(
        """
        More work in b than in a:
          compound_head latency mask: loads 16 -> 17 (4 copies)
          compound_head latency mask: loads 16 -> 18

        """
      )
    )
  }

  // MARK: In a comparison of runs

  private func run(_ code: [CodegenRow]?, in root: FilePath) throws -> Run {
    var meta = Meta.sample
    let directory = try RunDirectory.create(in: root, for: &meta)
    try directory.writeSummary([.sample()])
    if let code { try directory.writeCodegen(code) }
    meta.status = .complete
    meta.rows = Meta.Rows(summary: 1, samples: 0)
    try directory.write(meta)
    return try Run.load(directory.path)
  }

  @Test("A run in which a baseline's loop has more loads is a regression, its ratios unchanged")
  func regression() throws {
    try withTemporaryDirectory { root in
      let slower = changed(.sample("fakehead")) { $0.loads += 8 }
      let comparison = try Comparison(
        baseline: run([.sample("fakehead"), .sample()], in: root),
        current: run([slower, .sample()], in: root)
      )
      #expect(comparison.regressions.isEmpty)
      #expect(comparison.hasRegression)
      #expect(
        comparison.render().contains("  compound_head latency fakehead: loads 16 -> 24\n")
      )
      #expect(comparison.render().contains("Code of 2 timed loops: 1 worse, 0 better, "))
    }
  }

  @Test("A run with less work in its loops is no regression")
  func improvement() throws {
    try withTemporaryDirectory { root in
      let comparison = try Comparison(
        baseline: run([changed { $0.calls = 8 }], in: root),
        current: run([.sample()], in: root)
      )
      #expect(!comparison.hasRegression)
      #expect(comparison.render().hasPrefix("Less work in the current run than "))
    }
  }

  @Test("Where a run has no facts, the code is not compared, and the run is named")
  func absent() throws {
    try withTemporaryDirectory { root in
      let with = try run([.sample()], in: root)
      let without = try run(nil, in: root)
      let comparison = try Comparison(baseline: with, current: without)
      #expect(comparison.code == nil)
      #expect(!comparison.hasRegression)
      #expect(
        comparison.render().hasSuffix(
          "Code of timed loops: not compared, no codegen.csv in \(without.path).\n"
        )
      )
    }
  }

  @Test("Damaged facts are an error, not a comparison without them")
  func damaged() throws {
    try withTemporaryDirectory { root in
      let run = try run([.sample()], in: root)
      try run.path.appending("codegen.csv").write("arm,symbol\nmask,loop\n")
      let error = #expect(throws: ResultsError.self) {
        try Comparison(baseline: run, current: run)
      }
      #expect(error?.exitCode == 65)
    }
  }
}
