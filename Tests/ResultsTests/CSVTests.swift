import Measurement
import Testing
import Vmemmap

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
        schema_version,run_id,timestamp,commit,machine_key,label,cpu,kernel,cell,operation,mode,\
        chain,arm,role,kernels,baseline,order,population,page_class,mix,predictability,pattern,\
        footprint_bytes,huge_pages,level,hvo,mapping,cpu_node,memory_node,template_node,templates,\
        peer_node,threads,readers,iterations,rounds,processes,layouts,ns_per_op,ns_min,ns_iqr,\
        ns_net,cycles,ratio,ratio_lo,ratio_hi,difference_ns,difference_lo,difference_hi,\
        difference_cycles,difference_cycles_lo,difference_cycles_hi,margin,smallest_effect,\
        verdict,p_value,coverage,null_lo,null_hi,layouts_agree,placement,touched_bytes,drift,\
        ties,checksum,counted_cycles,counted_instructions,counted_branch_misses

        """
    )
    #expect(
      SampleRow.csvHeader == """
        cell,arm,part,process,block,round,position,layout,iterations,elapsed_ns,cycle_ns,cycles,\
        instructions,branches,branch_misses,l1d_misses,dtlb_misses,context_switches,page_faults

        """
    )
    #expect(
      CodegenRow.csvHeader
        == "arm,symbol,bytes,instructions,conditional_jumps,loads,stores,locked,calls\n"
    )
    #expect(Meta.Unmeasured.csvHeader == "what,why\n")
  }

  @Test("A row is written as the schema says, and nothing stands where nothing was measured")
  func line() {
    var row = SummaryRow.sample(ratio: nil)
    row.checksum = Checksum(0xbeef)
    row.layoutsAgree = false
    #expect(
      row.csvLine == """
        2,2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d,2026-01-31T12:34:56Z,,epyc-2c-1a2b3c4d,,\
        "AMD EPYC (26/2, Zen 5)",,1,compound_head,throughput,,mask,new,,fakehead,9,,mixed,50.0,\
        random,walk,32768,1,,elsewhere,2m,,,,,,1,,131072,40,3,4,0.56,0.55,0.01,,,,,,,,,,,,,,,,,,,\
        false,,,,,0x000000000000beef,,,

        """
    )
  }

  @Test("Random rows come back the same from CSV", arguments: 0..<40 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let written = (0..<5).map { SummaryRow.random(cell: $0, using: &random) }
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
    #expect(try rows([row].csv()) == [row])
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

  @Test(
    "A column that came later may be missing, and then holds nothing; no other of its name is taken"
  )
  func laterColumn() throws {
    var row = SummaryRow.sample()
    let without = [row].csv().replacing(",readers,", with: ",reader,")
    #expect(try rows(without) == [row])
    row.readers = 3
    #expect(try rows([row].csv()) == [row])
    #expect(SummaryRow.columns.filter(\.isLater).map(\.name) == ["population", "readers"])
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
    #expect(row.csvLine.hasSuffix(",73400,,100000,2,3,4,5,,0,8\n"))
    let read = try CSVTable(Array([row].csv().utf8), path: "samples.csv", ending: .wholeRow)
      .rows(SampleRow.self)
    #expect(read == [row])
  }

  @Test("An unparsable value is told with file, line, column and value")
  func unparsable() throws {
    let text = [SummaryRow.sample(cell: 1), .sample(cell: 2)].csv()
    let damaged = text.replacing("0.13,0.15", with: "0.13,wide", maxReplacements: 1)
    let error = try #require(throws: ResultsError.self) { try rows(damaged) }
    #expect(
      error.description == """
        summary.csv, line 2, column ratio_hi: "wide" is not a number above 0 or empty; \
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

  @Test(
    "A number outside its column's range is told with file, line and column",
    arguments: [
      ("iterations", "0", "an integer from 1 on"), ("order", "64", "an integer from 0 to 63"),
      ("ns_per_op", "0.0", "a number above 0"), ("ns_min", "-1", "a number above 0"),
      ("ratio", "-0.5", "a number above 0 or empty"),
      ("p_value", "1.5", "a number from 0 to 1 or empty"),
      ("cell", "-1", "an integer from 0 on"),
      ("footprint_bytes", "9223372036854775807", "an integer from 0 on"),
      ("ns_net", "1e400", "a number or empty"), ("mix", "101", "a number from 0 to 100 or empty"),
    ])
  func ranges(column: String, value: String, expected: String) throws {
    var lines = [SummaryRow.sample()].csv().split(separator: "\n").map(String.init)
    let index = try #require(SummaryRow.columns.firstIndex { $0.name == column })
    var records = CSVRecords(Array((lines[1] + "\n").utf8))
    var fields = try #require(try records.next()).fields
    fields[index] = value
    lines[1] = fields.map { Field.text($0).csv }.joined(separator: ",")
    #expect(
      throws: ResultsError.malformed(
        path: "summary.csv", line: 2, column: column, value: value, expected: expected)
    ) { try rows(lines.joined(separator: "\n") + "\n") }
  }

  @Test("Facts of code are small enough that sums of a whole file don't overflow")
  func largeFacts() throws {
    var row = CodegenRow.sample()
    for value in [-1, Int(Int32.max) + 1, Int.max, Int.min] {
      row.loads = value
      let text = Array([row].csv().utf8)
      let error = #expect(throws: ResultsError.self) {
        try CSVTable(text, path: "codegen.csv", ending: .wholeRow).rows(CodegenRow.self)
      }
      #expect(error?.description.contains("line 2, column loads: ") == true)
    }
  }

  @Test("Two rows about the same are refused, with the line of the second")
  func duplicates() throws {
    #expect(
      throws: ResultsError.duplicate(path: "summary.csv", line: 4, key: "cell 1, arm mask")
    ) { try rows([SummaryRow.sample(), .sample(cell: 2), .sample()].csv()) }
    #expect(try rows([SummaryRow.sample(), .sample("fakehead", ratio: nil)].csv()).count == 2)
    let samples = [SampleRow.sample(round: 0), .sample(round: 1), .sample(round: 0)].csv()
    let error = #expect(throws: ResultsError.self) {
      try CSVTable(Array(samples.utf8), path: "samples.csv", ending: .wholeRow).rows(SampleRow.self)
    }
    #expect(
      error?.description == """
        samples.csv, line 4: a second row of cell 1, arm mask, part arm, process 0, round 0; \
        the file is damaged or was edited: measure again
        """)
  }

  @Test("A byte order mark is read over")
  func byteOrderMark() throws {
    #expect(try rows("\u{feff}" + [SummaryRow.sample()].csv()) == [.sample()])
  }

  @Test("Each mapping comes back the same, the mixed one too")
  func mappings() {
    #expect(Mapping.allCases.map(\.rawValue) == ["4k", "2m", "mixed"])
    for mapping in Mapping.allCases { #expect(Mapping(rawValue: mapping.rawValue) == mapping) }
    #expect(Mapping([.huge, .huge]) == .uniform(.huge))
    #expect(Mapping([.huge, .base]) == .mixed)
    #expect(Mapping([]) == nil)
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
    let text = Array([SummaryRow.sample(cell: 1), .sample(cell: 2)].csv().utf8)
    let lastRow = text.dropLast().lastIndex(of: .lf)! + 1
    for end in lastRow + 1..<text.count {
      let error = try #require(throws: ResultsError.self) {
        try CSVTable(Array(text[..<end]), path: "summary.csv", ending: .wholeRow)
          .rows(SummaryRow.self)
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
  func textAfterQuote() throws {
    var records = CSVRecords(Array("a\n\"x\n\n\"z\n".utf8))
    #expect(try records.next()?.fields == ["a"])
    #expect(
      throws: CSVRecords.Malformed(
        line: 4,
        value: "z",
        expected: "a comma or the end of the line"
      )
    ) {
      try records.next()
    }
  }

  @Test("A text that comes in parts, cut anywhere, is read as in one", arguments: 1...5)
  func parts(length: Int) throws {
    let text = Array("\u{feff}a,\"b\"\"\nc\",\r\n\"頁\",,é\n\n".utf8)
    var whole = CSVRecords(text)
    var parts = CSVRecords()
    var rest = text[...]
    while let record = try whole.next() {
      var same = try parts.next()
      while same == nil, !rest.isEmpty {
        parts.add(Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
        same = try parts.next()
      }
      #expect(same == record)
    }
    #expect(whole.line == 5 && parts.line == 5 && parts.rest.isEmpty && rest.isEmpty)
  }

  @Test("Bytes that are not UTF-8 are refused")
  func notUTF8() {
    var records = CSVRecords([0x61, 0xff, .lf])
    #expect(throws: CSVRecords.Malformed.self) { try records.next() }
  }

  @Test("JSON has numbers as numbers, empty as null, and texts escaped")
  func json() {
    var row = SampleRow.sample()
    row.arm = "a\"\\\n"
    row.branchMisses = 7
    row.contextSwitches = 2
    row.pageFaults = 0
    #expect(
      [row].json() == """
        [
          {"cell": 1, "arm": "a\\"\\\\\\u000a", "part": "arm", "process": 0, "block": 2, \
        "round": 0, "position": 1, "layout": 3, "iterations": 131072, "elapsed_ns": 73400, \
        "cycle_ns": null, "cycles": null, "instructions": null, "branches": null, "branch_misses": 7, \
        "l1d_misses": null, "dtlb_misses": null, "context_switches": 2, "page_faults": 0}
        ]

        """
    )
    #expect([SummaryRow.sample()].json().contains("\"commit\": null,"))
  }
}

extension SummaryRow {
  /// Every column random; every one that may be empty is so half the time.
  fileprivate static func random(cell: Int, using random: inout SplitMix) -> SummaryRow {
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
    /// Above 0.
    func size() -> Double { number().magnitude.nextUp }
    func share() -> Double { Double.random(in: 0...1, using: &random) }
    func count() -> Int { Int.random(in: 1...Int.largestField, using: &random) }
    func perhaps<Value>(_ value: Value) -> Value? { Bool.random(using: &random) ? value : nil }

    var row = SummaryRow(
      runID: text(),
      timestamp: Timestamp(secondsSinceEpoch: Int.random(in: 0..<4_000_000_000, using: &random)),
      machineKey: text(), cpu: text(), cell: cell, operation: text(), mode: text(), arm: text(),
      role: ArmRole.allCases.randomElement(using: &random)!, baseline: text(),
      order: Int.random(in: 0...63, using: &random), pageClass: text(), footprintBytes: count(),
      threads: count(), iterations: count(), rounds: count(), processes: count(),
      layouts: count(), nsPerOp: size(), nsMin: size(), nsIQR: size())
    row.schemaVersion = count()
    row.commit = perhaps(text())
    row.label = perhaps(text())
    row.kernel = perhaps(text())
    row.chain = perhaps(Chain.allCases.randomElement(using: &random)!)
    row.kernels = perhaps(text())
    row.mix = perhaps(100 * share())
    row.predictability = perhaps(text())
    row.pattern = perhaps(text())
    row.hugePages = perhaps(count())
    row.level = perhaps(Level.allCases.randomElement(using: &random)!)
    row.hvo = perhaps(HVOState.allCases.randomElement(using: &random)!)
    row.mapping = perhaps(Mapping.allCases.randomElement(using: &random)!)
    row.cpuNode = perhaps(count())
    row.memoryNode = perhaps(count())
    row.templateNode = perhaps(count())
    row.templates = perhaps("remote")
    row.peerNode = perhaps(count())
    row.nsNet = perhaps(number())
    row.cycles = perhaps(size())
    row.ratio = perhaps(size())
    row.ratioLo = perhaps(size())
    row.ratioHi = perhaps(size())
    row.differenceNS = perhaps(number())
    row.differenceLo = perhaps(number())
    row.differenceHi = perhaps(number())
    row.differenceCycles = perhaps(number())
    row.differenceCyclesLo = perhaps(number())
    row.differenceCyclesHi = perhaps(number())
    row.margin = perhaps(size())
    row.smallestEffect = perhaps(size())
    row.verdict = perhaps(Verdict.allCases.randomElement(using: &random)!)
    row.pValue = perhaps(share())
    row.coverage = perhaps(share())
    row.nullLo = perhaps(size())
    row.nullHi = perhaps(size())
    row.layoutsAgree = perhaps(Bool.random(using: &random))
    row.placement = perhaps(share())
    row.touchedBytes = perhaps(count())
    row.drift = perhaps(number())
    row.ties = perhaps(share())
    row.checksum = perhaps(Checksum(random.next()))
    row.countedCycles = perhaps(size())
    row.countedInstructions = perhaps(size())
    row.countedBranchMisses = perhaps(size())
    return row
  }
}
