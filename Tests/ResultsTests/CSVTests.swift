import Host
import TestSupport
import Testing

@testable import Results

@Suite("CSV")
struct CSVTests {
  private func rows(_ text: String) throws -> [SummaryRow] {
    try CSVTable(Array(text.utf8), path: "summary.csv", ending: .wholeRow).rows(SummaryRow.self)
  }

  @Test("The columns stand in the order of the schema")
  func columnOrder() {
    #expect(
      SummaryRow.csvHeader == """
        schema_version,run_id,timestamp,commit,machine_key,cell,operation,mode,encoding,baseline,\
        order,page_class,mix,predictability,pattern,footprint_bytes,huge_pages,hvo,mapping,\
        cpu_node,memory_node,template_node,threads,n,ns_per_op,ns_min,ns_iqr,ns_net,ratio,\
        ratio_lo,ratio_hi,margin,smallest_effect,verdict,null_lo,null_hi,layouts_agree,\
        placement,checksum,coverage,p_value,rounds,processes,layouts,cycles_per_op,\
        instructions_per_op,branch_misses_per_op,templates,peer_node

        """
    )
    #expect(
      SampleRow.csvHeader == """
        cell,encoding,role,process,block,round,position,layout,iterations,elapsed_ns,cycles,\
        instructions,branches,branch_misses,l1d_misses,dtlb_misses,context_switches,page_faults

        """
    )
    #expect(
      CodegenRow.csvHeader
        == "arm,symbol,bytes,instructions,conditional_jumps,loads,stores,locked,calls\n"
    )
  }

  @Test("A row is written as the schema says, and nothing stands where nothing was measured")
  func line() {
    var row = SummaryRow.sample(ratio: nil)
    row.checksum = Checksum(0xbeef)
    row.layoutsAgree = false
    #expect(
      row.csvLine == """
        1,2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d,2026-01-31T12:34:56Z,,epyc-2c-1a2b3c4d,1,\
        compound_head,throughput,mask,fakehead,9,mixed,50.0,random,walk,32768,1,elsewhere,2m,,,,1,\
        131072,0.56,0.55,0.01,,,,,,,,,,false,,000000000000beef,,,40,3,4,,,,,

        """
    )
  }

  @Test("Random rows come back the same from CSV", arguments: 0..<40 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let written = (0..<5).map { _ in SummaryRow.random(using: &random) }
    #expect(try rows(written.csv()) == written)
  }

  @Test(
    "A text with separators comes back the same",
    arguments: ["a,b", "\"", "a \"quoted\" word", "two\nlines", "\r\n", "\r", " blanks ", "é, 頁"]
  )
  func quoting(text: String) throws {
    var row = SummaryRow.sample()
    row.operation = text
    row.pattern = text
    #expect(try rows([row, row].csv()) == [row, row])
  }

  @Test("A text is quoted where RFC 4180 asks for it, and only there")
  func quotes() {
    for text in [",", "\n", "\r", "\r\n"] { #expect(Field.text(text).csv == "\"\(text)\"") }
    #expect(Field.text("\"").csv == "\"\"\"\"")
    #expect(Field.text("a b;c'é").csv == "a b;c'é")
  }

  @Test("Carriage returns before line feeds are read over")
  func carriageReturns() throws {
    let text = [SummaryRow.sample()].csv().replacing("\n", with: "\r\n")
    #expect(try rows(text) == [.sample()])
  }

  @Test("Columns that a later build added are read over, wherever they stand")
  func unknownColumns() throws {
    let lines = [SummaryRow.sample()].csv().split(separator: "\n")
    let text = "new,\(lines[0]),newer\n7,\(lines[1]),\"x\ny\"\n"
    #expect(try rows(text) == [.sample()])
  }

  @Test("A column that is missing is named")
  func missingColumn() {
    let text = [SummaryRow.sample()].csv().replacing(",ratio_lo,", with: ",other,")
    #expect(throws: ResultsError.missingColumn(path: "summary.csv", column: "ratio_lo")) {
      try rows(text)
    }
  }

  @Test("A file from before a column was added is read, and nothing is measured there")
  func addedColumns() throws {
    // As the first build of the schema's version wrote them.
    let summary = [SummaryRow.sample()].csv()
      .replacing(",cycles_per_op,instructions_per_op,branch_misses_per_op", with: "")
      .replacing(",40,3,4,,,", with: ",40,3,4")
    #expect(try rows(summary) == [.sample()])

    let samples = """
      cell,encoding,role,process,block,round,position,layout,iterations,elapsed_ns
      1,mask,arm,0,2,0,1,3,131072,73400

      """
    let table = try CSVTable(Array(samples.utf8), path: "samples.csv", ending: .wholeRow)
    #expect(try table.rows(SampleRow.self) == [.sample()])
  }

  @Test("Counts come back the same from CSV, those that were not measured empty")
  func counts() throws {
    var row = SampleRow.sample()
    row.cycles = 100_000
    row.instructions = 2
    row.branches = 3
    row.branchMisses = 4
    row.l1dMisses = 5
    row.contextSwitches = 0
    row.pageFaults = 8
    #expect(row.csvLine.hasSuffix(",73400,100000,2,3,4,5,,0,8\n"))
    let read = try CSVTable(Array([row].csv().utf8), path: "samples.csv", ending: .wholeRow)
      .rows(SampleRow.self)
    #expect(read == [row])
  }

  @Test("An unparsable value is told with file, line, column and value")
  func unparsable() throws {
    let text = [SummaryRow.sample(), .sample()].csv()
    let damaged = text.replacing("0.13,0.15", with: "0.13,wide", maxReplacements: 1)
    let error = try #require(throws: ResultsError.self) { try rows(damaged) }
    #expect(
      error.description == """
        summary.csv, line 2, column ratio_hi: "wide" is not a number or empty; \
        the file is damaged or was edited: measure again
        """
    )
    #expect(error.exitCode == 65)
  }

  @Test("Words that Swift takes for numbers are not numbers here", arguments: ["nan", "inf"])
  func wordsInNumberColumns(word: String) {
    let text = [SummaryRow.sample()].csv().replacing("0.56", with: word)
    #expect(throws: ResultsError.self) { try rows(text) }
  }

  @Test("A number that is not finite is written as not measured")
  func notFinite() throws {
    var row = SummaryRow.sample()
    row.nsNet = .nan
    row.margin = .infinity
    let read = try #require(try rows([row].csv()).first)
    #expect(read.nsNet == nil)
    #expect(read.margin == nil)
  }

  @Test("A file cut off anywhere within its last row is refused with its line")
  func truncated() throws {
    let text = Array([SummaryRow.sample(), .sample()].csv().utf8)
    let lastRow = text.dropLast().lastIndex(of: .lf)! + 1
    for end in lastRow + 1..<text.count {
      let error = try #require(throws: ResultsError.self) {
        try CSVTable(Array(text[..<end]), path: "summary.csv", ending: .wholeRow)
      }
      #expect(error.description.hasPrefix("summary.csv, line 3: "))
    }
  }

  @Test("A row with fields too few or too many is refused with its line")
  func ragged() {
    for damaged in ["1,2\n", "1,2,3,4\n"] {
      #expect(throws: ResultsError.self) {
        try CSVTable(Array(("a,b,c\n" + damaged).utf8), path: "x", ending: .wholeRow)
          .rows(SampleRow.self)
      }
      let text = SampleRow.csvHeader + SampleRow.sample().csvLine + damaged
      let error = #expect(throws: ResultsError.self) {
        try CSVTable(Array(text.utf8), path: "samples.csv", ending: .wholeRow)
          .rows(SampleRow.self)
      }
      #expect(error?.description.hasPrefix("samples.csv, line 3, column ") == true)
    }
  }

  @Test("Text after a closing quote is refused; lines within quotes are counted")
  func textAfterQuote() {
    #expect(
      throws: CSVRecords.Malformed(
        line: 4,
        value: "z",
        expected: "a comma or the end of the line"
      )
    ) {
      try CSVRecords(Array("a\n\"x\n\n\"z\n".utf8))
    }
  }

  @Test("Bytes that are not UTF-8 are refused")
  func notUTF8() {
    #expect(throws: CSVRecords.Malformed.self) { try CSVRecords([0x61, 0xff, .lf]) }
  }

  @Test("JSON has numbers as numbers, empty as null, and texts escaped")
  func json() {
    var row = SampleRow.sample()
    row.encoding = "a\"\\\n"
    row.branchMisses = 7
    row.contextSwitches = 2
    row.pageFaults = 0
    #expect(
      [row].json() == """
        [
          {"cell": 1, "encoding": "a\\"\\\\\\u000a", "role": "arm", "process": 0, "block": 2, \
        "round": 0, "position": 1, "layout": 3, "iterations": 131072, "elapsed_ns": 73400, \
        "cycles": null, "instructions": null, "branches": null, "branch_misses": 7, \
        "l1d_misses": null, "dtlb_misses": null, "context_switches": 2, "page_faults": 0}
        ]

        """
    )
    #expect([SummaryRow.sample()].json().contains("\"commit\": null,"))
  }
}

extension SummaryRow {
  /// Every column random; every one that may be empty is so half the time.
  fileprivate static func random(using random: inout SplitMix) -> SummaryRow {
    func text() -> String {
      let letters: [Character] = ["a", "9", ",", "\"", "\n", "\r", "\r\n", " ", "é", "頁"]
      return String(
        (0...Int.random(in: 0..<6, using: &random)).map { _ in
          letters.randomElement(using: &random)!
        }
      )
    }
    func number() -> Double {
      let exact = Double(bitPattern: random.next())
      return exact.isFinite ? exact : 0.1
    }
    func integer() -> Int { Int(truncatingIfNeeded: random.next()) }
    func perhaps<Value>(_ value: Value) -> Value? { Bool.random(using: &random) ? value : nil }

    var row = SummaryRow(
      runID: text(),
      timestamp: Timestamp(secondsSinceEpoch: Int.random(in: 0..<4_000_000_000, using: &random)),
      machineKey: text(),
      cell: integer(),
      operation: text(),
      mode: text(),
      encoding: text(),
      baseline: text(),
      order: integer(),
      pageClass: text(),
      footprintBytes: integer(),
      threads: integer(),
      n: integer(),
      nsPerOp: number(),
      nsMin: number(),
      nsIQR: number(),
      rounds: integer(),
      processes: integer(),
      layouts: integer()
    )
    row.schemaVersion = integer()
    row.commit = perhaps(text())
    row.mix = perhaps(number())
    row.predictability = perhaps(text())
    row.pattern = perhaps(text())
    row.hugePages = perhaps(integer())
    row.hvo = perhaps(HVO.allCases.randomElement(using: &random)!)
    row.mapping = perhaps(Mapping.allCases.randomElement(using: &random)!)
    row.cpuNode = perhaps(integer())
    row.memoryNode = perhaps(integer())
    row.templateNode = perhaps(integer())
    row.templates = perhaps("remote")
    row.peerNode = perhaps(integer())
    row.nsNet = perhaps(number())
    row.ratio = perhaps(number())
    row.ratioLo = perhaps(number())
    row.ratioHi = perhaps(number())
    row.margin = perhaps(number())
    row.smallestEffect = perhaps(number())
    row.verdict = perhaps(Verdict.allCases.randomElement(using: &random)!)
    row.nullLo = perhaps(number())
    row.nullHi = perhaps(number())
    row.layoutsAgree = perhaps(Bool.random(using: &random))
    row.placement = perhaps(number())
    row.checksum = perhaps(Checksum(random.next()))
    row.coverage = perhaps(number())
    row.pValue = perhaps(number())
    row.cyclesPerOp = perhaps(number())
    row.instructionsPerOp = perhaps(number())
    row.branchMissesPerOp = perhaps(number())
    return row
  }
}
