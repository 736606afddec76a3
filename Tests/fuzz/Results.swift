import FoundationEssentials
import Host
import SystemPackage

@testable import Results

/// Every table of a run: what was read and is written again reads equal.
func readTables(_ bytes: [UInt8]) throws {
  try readTable(SummaryRow.self, bytes)
  try readTable(SampleRow.self, bytes)
  try readTable(LayoutRow.self, bytes)
  try readTable(ContentionRow.self, bytes)
  try readTable(CodegenRow.self, bytes)
  try readTable(Meta.Unmeasured.self, bytes)
}

private func readTable<Row: TableRow & Equatable>(_: Row.Type, _ bytes: [UInt8]) throws {
  let rows: [Row]
  do {
    rows = try table(bytes, ending: .anywhere)
  } catch .missingColumn {
    // A table of another kind.
    return
  }
  let text = rows.csv()
  let again: [Row] = try table(Array(text.utf8), ending: .wholeRow)
  require(again == rows, "other rows:\n\(text)\(again.csv())")
  require(again.csv() == text, "other text:\n\(text)\(again.csv())")
  requireJSON(rows.json())
}

private func table<Row: TableRow>(
  _ bytes: [UInt8], ending: CSVTable.Ending
) throws(ResultsError) -> [Row] {
  try CSVTable(bytes, path: "table.csv", ending: ending).rows(Row.self)
}

/// Foundation is the judge of what is JSON.
private func requireJSON(_ text: String) {
  struct Anything: Decodable { init(from decoder: any Decoder) {} }
  do {
    _ = try JSONDecoder().decode(Anything.self, from: Data(text.utf8))
  } catch {
    fatalError("not JSON: \(error)\n\(text)")
  }
}

func readMeta(_ bytes: [UInt8]) throws {
  let meta = try Meta(json: bytes, path: "meta.json")
  let json = try meta.json(path: "meta.json")
  let again = try Meta(json: json, path: "meta.json")
  require(again == meta, "another meta.json:\n\(String(decoding: json, as: UTF8.self))")
  render(Run(path: "run", meta: meta, summary: []))
}

/// What is made of rows: all reports, and what they are beside others.
func readReport(_ bytes: [UInt8]) throws {
  let rows: [SummaryRow] = try table(bytes, ending: .anywhere)
  var meta = Meta(
    started: Timestamp(secondsSinceEpoch: 0), commandLine: [], seed: 1,
    compiler: Meta.Compiler(version: "", flags: []),
    machine: Machine(architecture: "x86_64", basePageSize: 4096))
  meta.status = .complete
  render(Run(path: "run", meta: meta, summary: rows))
}

private func render(_ run: Run) {
  for style in Report.Style.allCases {
    for arms in [SummaryTable.Arms.new, .all] {
      let text = try? Report(run, arms: arms, isWhole: true, caveats: ["caveat"]).render(style)
      if style == .githubBenchmark, let text { requireJSON(text) }
    }
  }
  var options = Comparison.Options()
  options.acceptsCut = true
  if let comparison = try? Comparison(baseline: run, current: run, options: options) {
    for style in Comparison.Style.allCases {
      let text = try? comparison.render(style, all: true)
      require(text != nil, "a number that JSON has not")
      if style == .json, let text { requireJSON(text) }
    }
    require(!comparison.hasRegression, "a run is worse than itself")
  }
  var meta = run.meta
  meta.label = "other"
  let other = Run(path: "other", meta: meta, summary: run.summary)
  if let machines = try? Machines([run, other]) {
    for format in Machines.Format.allCases {
      let text = machines.render(format, all: true)
      if format == .json { requireJSON(text) }
    }
  }
}

func readExceptions(_ bytes: [UInt8]) throws {
  let exceptions = try Exceptions(String(decoding: bytes, as: UTF8.self), path: "exceptions")
  _ = exceptions.exception(for: "compound_head.throughput.order-9.fakehead/mask")
  let text = exceptions.all.map { "\($0.glob) \($0.reason)\n" }.joined()
  require(try Exceptions(text, path: "exceptions") == exceptions, "other exceptions:\n\(text)")
}
