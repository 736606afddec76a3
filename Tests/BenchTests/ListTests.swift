import Foundation
import Results
import Testing

extension BenchTests {
  @Suite("What a plan has", .needsProgram)
  struct ListTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func list(_ arguments: String...) throws -> String {
      let ending = try Bench.run(["list"] + arguments, in: directory.url)
      try #require(ending.status == 0 && ending.errors == "", "\(ending.errors)")
      return ending.output
    }

    /// The operations of the tree's first part, each with the numbers at the ends of its lines.
    private func cells(_ tree: some StringProtocol) -> [String: Int] {
      var cells: [String: Int] = [:]
      var operation = ""
      for line in tree.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
        .prefix(while: { !$0.isEmpty })
      {
        let words = line.split(separator: " ")
        if !line.hasPrefix(" ") { operation = String(words[0]) }
        if let count = words.last.flatMap({ Int($0) }) { cells[operation, default: 0] += count }
      }
      return cells
    }

    @Test(
      "A tree fits a screen, and has all cells of each operation",
      arguments: ["default", "full", "callers", "threads", "scale", "refcount"])
    func tree(preset: String) throws {
      let tree = try list("--preset", preset)
      let lines = tree.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.allSatisfy { $0.count <= 100 }, "\(tree)")
      #expect(lines.prefix { !$0.hasPrefix("left out: ") }.count <= 40, "\(tree)")
      let single = try list("--preset", preset, "--cells").split(separator: "\n")
      let named = single.compactMap { line -> Substring? in
        let words = line.split(separator: " ")
        return words[0].last == ":" && Int(words[0].dropLast()) != nil ? words[1] : nil
      }
      let counted = Dictionary(grouping: named.filter { $0 != "selftest" }, by: String.init)
        .mapValues(\.count)
      #expect(!counted.isEmpty && cells(tree) == counted, "\(tree)")
      #expect(tree.contains("\n\(named.count - 1) cells and the self-test, 6 processes"))
    }

    @Test("It says which options narrow it, and to what")
    func axes() throws {
      let tree = try list("--order", "9", "--hvo", "off,on", "--mix", "10,50")
      func values(_ option: String) throws -> Substring {
        let line = try #require(
          tree.split(separator: "\n").first { $0.hasPrefix("  \(option) ") }, "\(tree)")
        return line.dropFirst(option.count + 2).drop { $0 == " " }
      }
      #expect(try values("--hvo") == "off on")
      #expect(try values("--mix") == "10 50")
      #expect(try values("--page-class") == "head tail fakehead mix")
      #expect(try values("--encoding").contains("mask") && !tree.contains("--readers"))
    }

    @Test("What does not fit the machine is told with its reason")
    func leftOut() throws {
      let plan = try decoded(list("--format", "json"))
      // The text breaks lines.
      let words = try list().split { $0.isWhitespace }.joined(separator: " ")
      for item in plan.leftOut { #expect(words.contains("left out: \(item.what): \(item.why)")) }
    }

    private struct Plan: Decodable {
      struct Item: Decodable {
        let what: String
        let why: String
      }
      struct Cell: Decodable {
        let cell: Int
        let operation: String
        let arm: String
        let population: String?
      }
      let seconds: Double
      let processes: Int
      let layouts: Int
      let leftOut: [Item]
      let cells: [Cell]
    }

    private func decoded(_ json: String) throws -> Plan {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Plan.self, from: Data(json.utf8))
    }

    @Test("As JSON it has the rows to come, the time and what is left out")
    func json() throws {
      let text = try list("--preset", "callers", "--format", "json", "--processes", "2")
      let plan = try decoded(text)
      #expect(plan.seconds > 1 && plan.processes == 2 && plan.layouts == 4)
      #expect(plan.cells.contains { $0.population == "4k:40,64k:20,2m:40" && $0.arm == "mask" })
      let single = try list("--preset", "callers", "--cells").split(separator: "\n")
      #expect(
        Set(plan.cells.map(\.cell)).count
          == single.count { $0.contains(" against ") && !$0.contains("selftest") })
    }

    @Test("--cells is of the text: other formats have every cell")
    func cellsOfText() throws {
      let ending = try Bench.run(["list", "--cells", "--format", "csv"], in: directory.url)
      #expect(ending.status == 64 && ending.errors.contains("--cells"))
    }
  }
}
