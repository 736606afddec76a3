import Foundation
import Glibc
import Testing

@testable import Results

@Suite("Data dictionary")
struct DataDictionaryTests {
  private static let file = URL(filePath: #filePath)
    .appending(path: "../../../docs/csv.md").standardizedFileURL

  /// The tables of docs/csv.md, made of the columns.
  private static let sections = [
    section(RunDirectory.summaryName, SummaryRow.self),
    section(RunDirectory.samplesName, SampleRow.self),
    section(RunDirectory.layoutsName, LayoutRow.self),
    section(RunDirectory.contentionName, ContentionRow.self),
    section(RunDirectory.codegenName, CodegenRow.self),
    section(RunDirectory.unmeasuredName, Meta.Unmeasured.self),
    section("machines.csv", MachinesRow.self),
  ]

  private static func section<Row: TableRow>(_ name: String, _: Row.Type) -> String {
    let lines = Row.columns.map { "| `\($0.name)` | \($0.expectation) | \($0.description) |" }
    return (["## \(name)", "", "| column | values | what |", "|---|---|---|"] + lines)
      .joined(separator: "\n") + "\n"
  }

  @Test("docs/csv.md describes every column as the schema does; UPDATE_DOCS=1 brings it up to date")
  func document() throws {
    var text = try String(contentsOf: Self.file, encoding: .utf8)
    if ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil {
      let introduction = text.prefix(upTo: text.range(of: "\n## summary.csv")!.lowerBound)
      text = introduction + "\n" + Self.sections.joined(separator: "\n")
      try Data(text.utf8).write(to: Self.file)
    }
    for section in Self.sections { #expect(text.contains(section)) }
  }

  @Test("Every column is described by a sentence, and no name is there twice")
  func descriptions() {
    func check<Row: TableRow>(_: Row.Type) {
      for column in Row.columns {
        let description = column.description
        #expect(description.hasSuffix(".") && description.count > 5, "\(column.name)")
        #expect(!description.contains("|") && !description.contains("\n"), "\(column.name)")
      }
      #expect(Set(Row.columns.map(\.name)).count == Row.columns.count)
      #expect(Set(Row.key).isSubset(of: Row.columns.map(\.name)))
    }
    check(SummaryRow.self)
    check(SampleRow.self)
    check(LayoutRow.self)
    check(ContentionRow.self)
    check(CodegenRow.self)
    check(Meta.Unmeasured.self)
    check(MachinesRow.self)
  }

  @Test("The data package has each column's name, type and bounds")
  func dataPackage() throws {
    let package = DataPackage(run: "2026-01-31T12-34-56Z-epyc", resources: DataPackage.Resource.all)
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(package.json())) as? [String: Any])
    #expect(json["name"] as? String == "2026-01-31t12-34-56z-epyc")
    let resources = try #require(json["resources"] as? [[String: Any]])
    #expect(
      resources.map { $0["name"] as? String }
        == ["summary", "samples", "layouts", "contention", "codegen", "unmeasured"])
    let schema = try #require(resources[0]["schema"] as? [String: Any])
    #expect(schema["missingValues"] as? [String] == [""])
    #expect(schema["primaryKey"] as? [String] == ["cell", "arm"])
    let fields = try #require(schema["fields"] as? [[String: Any]])
    #expect(fields.map { $0["name"] as? String } == SummaryRow.columns.map(\.name))
    func field(_ name: String) -> (type: String?, constraints: [String: Any]) {
      let field = fields.first { $0["name"] as? String == name } ?? [:]
      return (field["type"] as? String, field["constraints"] as? [String: Any] ?? [:])
    }
    #expect(field("checksum").type == "string")
    #expect(field("checksum").constraints["pattern"] as? String == "0x[0-9a-f]{16}")
    #expect(field("timestamp").type == "datetime")
    #expect(field("layouts_agree").type == "boolean")
    #expect(
      field("role").constraints["enum"] as? [String] == ["old", "new", "control", "what-if"])
    #expect(field("role").constraints["required"] as? Bool == true)
    #expect(field("verdict").constraints["required"] as? Bool == false)
    #expect(field("ratio").type == "number")
    #expect(field("ratio").constraints["exclusiveMinimum"] as? Double == 0)
    #expect(field("p_value").constraints["maximum"] as? Double == 1)
    #expect(field("iterations").type == "integer")
    #expect(field("iterations").constraints["minimum"] as? Double == 1)
  }
}
