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
    "One more jump, load, store, locked operation, call or instruction is worse, one less is better",
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
        More work in the head than in the base:
          compound_head latency mask: \(name) \(before) -> \(before + 1)

        Code of 1 timed loop: 1 worse, 0 better, 0 rewritten, 0 equal; add/remove: 0/0
        """
      )
    )
    #expect(CodeComparison(old: [more], new: [.sample()]).changes.map(\.kind) == [.better])
  }

  @Test("Work is what a processor does; bytes are how it is written down")
  func facts() {
    let names = CodegenRow.work.map(\.name)
    #expect(
      names == ["conditional jumps", "loads", "stores", "locked", "calls", "instructions"])
    #expect(CodegenRow.size.map(\.name) == ["bytes"])
  }

  @Test("Less of one work and more of another is worse")
  func traded() {
    let traded = changed {
      $0.conditionalJumps -= 1
      $0.loads += 1
    }
    #expect(CodeComparison(old: [.sample()], new: [traded]).regressions.count == 1)
  }

  @Test("Other bytes are listed and summed up, and are neither worse nor better")
  func rewritten() {
    let longer = changed { $0.bytes += 16 }
    let comparison = CodeComparison(old: [.sample()], new: [longer])
    #expect(comparison.regressions.isEmpty && comparison.improvements.isEmpty)
    #expect(
      comparison.render() == """
        The same work in other bytes:
          compound_head latency mask: bytes 200 -> 216

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
    try directory.writeSummary([.sample("fakehead", ratio: nil), .sample()])
    if let code { try directory.writeCodegen(code) }
    meta.status = .complete
    meta.rows = Meta.Rows(summary: 2, samples: 0)
    try directory.write(meta)
    return try Run.load(directory.path)
  }

  private var strict: Comparison.Options {
    var options = Comparison.Options()
    options.isCodeStrict = true
    return options
  }

  @Test("Loops that are gone are told, and an error where code is required, as is none in common")
  func gone() throws {
    try withTemporaryDirectory { root in
      let old = try run([.sample("fakehead"), .sample()], in: root)
      let (less, none) = (
        try run([.sample()], in: root), try run([.sample("memdesc")], in: root)
      )
      #expect(
        try Comparison(baseline: old, current: less).remarks.contains {
          $0.contains("1 loop only in the base")
        })
      var options = Comparison.Options()
      options.required = [.code]
      for current in [less, none] {
        let error = #expect(throws: ResultsError.self) {
          try Comparison(baseline: old, current: current, options: options)
        }
        #expect(error?.exitCode == 69)
      }
      options = strict
      options.only = .code
      let error = #expect(throws: ResultsError.self) {
        try Comparison(baseline: old, current: none, options: options)
      }
      #expect(error?.exitCode == 69)
    }
  }

  @Test("More loads in a baseline's loop are listed, and red where code is strict, times unchanged")
  func regression() throws {
    try withTemporaryDirectory { root in
      let slower = changed(.sample("fakehead")) { $0.loads += 8 }
      let (old, new) = (
        try run([.sample("fakehead"), .sample()], in: root), try run([slower, .sample()], in: root)
      )
      let listed = try Comparison(baseline: old, current: new)
      #expect(!listed.hasRegression)
      #expect(listed.render().contains("  compound_head latency fakehead: loads 16 -> 24\n"))
      #expect(
        listed.render().hasPrefix(
          "ok: none of 1 timed comparison is shown to be slower; 1 of 2 loops has more work\n"))
      let red = try Comparison(baseline: old, current: new, options: strict)
      #expect(red.hasRegression && red.suspects.isEmpty)
      #expect(red.render().hasPrefix("FAIL: 1 of 2 loops have more work\n"))
    }
  }

  @Test("Code that is accepted or ignored is not red, and an exception for nothing is told")
  func exceptions() throws {
    try withTemporaryDirectory { root in
      let (old, new) = (
        try run([.sample("fakehead"), .sample()], in: root),
        try run([.sample("fakehead"), changed { $0.calls += 8 }], in: root)
      )
      var options = strict
      options.accepted = Exceptions([
        .init(glob: "compound_head.*/mask", reason: "a call"), .init(glob: "page_*", reason: "old"),
      ])
      let accepted = try Comparison(baseline: old, current: new, options: options)
      #expect(!accepted.hasRegression)
      #expect(accepted.unusedExceptions.map(\.glob) == ["page_*"])
      #expect(accepted.render().contains("accepted, but nothing like it got worse: page_*\n"))
      options = strict
      options.ignored = Exceptions([.init(glob: "*latency/mask", reason: "")])
      options.only = .code
      let ignored = try Comparison(baseline: old, current: new, options: options)
      #expect(ignored.code?.changes.isEmpty == true && !ignored.hasRegression)
    }
  }

  @Test("A run with less work in its loops is no regression")
  func improvement() throws {
    try withTemporaryDirectory { root in
      let comparison = try Comparison(
        baseline: run([changed { $0.calls = 8 }], in: root), current: run([.sample()], in: root),
        options: strict)
      #expect(!comparison.hasRegression)
      #expect(comparison.render().contains("\nLess work in the head than in the base:\n"))
    }
  }

  @Test("Where a run has no facts, that is told, and an error where code is required")
  func absent() throws {
    try withTemporaryDirectory { root in
      let with = try run([.sample()], in: root)
      let without = try run(nil, in: root)
      let comparison = try Comparison(baseline: with, current: without)
      #expect(comparison.code == nil && comparison.missing == [.code])
      #expect(!comparison.hasRegression)
      let text = comparison.render().replacing("\n", with: " ").replacing("   ", with: " ")
      #expect(text.contains("code of timed loops: not compared"))
      #expect(text.contains(without.path.lastComponent?.string ?? "?"))
      for (only, required) in [(nil, .code), (.code, nil)] as [(Comparison.Half?, Comparison.Half?)]
      {
        var options = Comparison.Options()
        options.only = only
        options.required = required.map { [$0] } ?? []
        let error = #expect(throws: ResultsError.self) {
          try Comparison(baseline: with, current: without, options: options)
        }
        #expect(error?.exitCode == 69)
        #expect(error?.description.contains("no machine-code facts") == true)
      }
    }
  }

  @Test("Two programs without a loop in common are told so, not sent to measure")
  func programs() throws {
    var meta = Meta.sample
    meta.status = .complete
    let (base, head) = (Run(program: "old", meta: meta), Run(program: "new", meta: meta))
    var options = Comparison.Options()
    options.only = .code
    for (arm, ignored) in [("pointer", ""), ("mask", "*")] {
      options.ignored = Exceptions([.init(glob: ignored, reason: "--ignore")])
      let error = #expect(throws: ResultsError.self) {
        try Comparison(
          baseline: base, current: head, options: options,
          code: ([.sample(arm)], [.sample("mask")]))
      }
      #expect(error?.description.contains("no loop is in both old and new") == true)
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
