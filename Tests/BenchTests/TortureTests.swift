import Foundation
import Testing

extension BenchTests {
  @Suite("The race against HVO", .needsProgram)
  struct TortureTests {
    /// Where walks that faulted had begun, by form: ordinary, dropping, frozen, quiescent, optimised,
    /// in use, restored.
    private static let faults = [
      "A": [true, true, true, true, true, true, true],
      "B": [false, false, false, true, false, false, false],
      "C": [false, false, false, false, false, false, false],
      "C, tests misordered": [false, false, false, true, false, false, false],
      "C without RCU": [true, false, false, false, false, false, false],
      "D": [true, false, false, false, false, false, false],
      "D, template of boot": [true, true, true, true, true, true, true],
      "E": [true, true, true, true, true, true, true],
      "E, guarded": [true, false, false, false, false, false, false],
      "E, guarded, template of boot": [true, true, true, true, true, true, true],
      "E, guarded, RCU": [false, false, false, false, false, false, false],
      "E, guarded as C": [false, false, false, false, false, false, false],
      "F": [true, true, true, true, true, true, true],
      "F, limit 8": [true, true, true, true, true, true, true],
      "F, guarded": [true, true, false, false, false, false, false],
      "F, guarded, template of boot": [true, true, true, true, true, true, true],
      "F, guarded, RCU": [false, true, false, false, false, false, false],
      "F, guarded, RCU, drop too": [false, false, false, false, false, false, false],
      "F, guarded as C": [false, true, false, false, false, false, false],
    ]

    private static let needURCU: Set = [
      "B", "C", "C, tests misordered", "E, guarded, RCU", "E, guarded as C", "F, guarded, RCU",
      "F, guarded, RCU, drop too", "F, guarded as C",
    ]

    @Test(
      "A form by name is put to the test alone, and an unknown one is refused with those there are")
    func oneForm() throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(
        ["torture", "--seconds", "0.2", "--form", "D; E, guarded"], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      let tables = ending.output.tables
      #expect(
        tables.map { $0.compactMap { $0["form"] } } == [["D", "E, guarded"], ["D", "E, guarded"]])
      let refused = try Bench.run(["torture", "--form", "G"], in: directory.url)
      #expect(refused.status == 64)
      #expect(refused.errors.contains("'G'") && refused.errors.contains("'F, guarded'"))
    }

    @Test("Each form faults where the kernel's argument says, nowhere else, and no count is wrong")
    func forms() throws {
      let directory = try TemporaryDirectory()
      let ending = try Bench.run(
        ["torture", "--seconds", "0.3", "--threads", "3"], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.output.hasSuffix("\nverdict: as the kernel's argument predicts\n"))
      #expect(directory.names() == [])
      let tables = ending.output.tables
      try #require(tables.count == 4)
      let (stepped, setBack, free, shared) = (tables[0], tables[1], tables[2], tables[3])

      let hasURCU = !ending.output.contains("not available: ")
      let forms = Set(Self.faults.keys).subtracting(hasURCU ? [] : Self.needURCU)
      #expect(Set(stepped.map { $0["form"] }) == forms)
      for row in stepped {
        let stages = [
          "ordinary", "dropping", "frozen", "quiescent", "optimised", "in use", "restored",
        ]
        let form = try #require(row["form"])
        #expect(stages.map { row[$0] == "faulted" } == TortureTests.faults[form], "form \(form)")
      }
      #expect(Set(free.map { $0["form"] }) == forms)
      for form in ["pointer", "mask"] { #expect(shared.contains { $0["form"] == form }) }
      #expect(setBack.count == (hasURCU ? 2 : 1))
      for row in setBack {
        #expect(row.number("set back late") > 0, "\(row)")
        let isRead = row["form"] == "F, guarded, RCU, limit 0"
        #expect(row.number("faulted late") > 0 || isRead, "\(row)")
        #expect(row.number("faulted late") == 0 || !isRead, "\(row)")
      }
      for row in stepped + setBack + free + shared {
        let (operations, taken) = (row.number("operations"), row.number("taken"))
        #expect(taken > 0 && taken + row.number("refused") == operations, "\(row)")
        #expect(row.number("wrong counts") == 0, "\(row)")
      }
      // Heads in use give every reference that is asked for.
      #expect(shared.allSatisfy { $0.number("refused") == 0 && $0.number("faults") == 0 })
    }
  }
}

extension String {
  /// Rows of texts under the same titles, of each table; titles and fields stand two spaces apart.
  fileprivate var tables: [[[String: String]]] {
    let blocks = split(separator: "\n", omittingEmptySubsequences: false).split {
      !$0.hasPrefix("  ") || !$0.contains("   ")
    }
    return blocks.filter { $0.first?.hasPrefix("  form ") == true }.map { block in
      let lines = block.map { $0.split(separator: #/ {2,}/#).map(String.init) }
      return lines.dropFirst().map { Dictionary(zip(lines[0], $0)) { first, _ in first } }
    }
  }
}

extension [String: String] {
  fileprivate func number(_ title: String) -> Int { self[title].flatMap { Int($0) } ?? -1 }
}
