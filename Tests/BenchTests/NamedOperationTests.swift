import Testing

extension BenchTests {
  @Suite("Operations that are asked for by name", .needsProgram)
  struct NamedOperationTests {
    @Test(
      "They have cells, though the default plan has none of them, or one",
      arguments: ["page_compound", "put_page", "scan_pfns"])
    func named(operation: String) throws {
      let directory = try TemporaryDirectory()
      func cells(_ arguments: [String]) throws -> [Substring] {
        try Bench.run(["list", "--cells"] + arguments, in: directory.url).output
          .split(separator: "\n").filter { $0.contains(": \(operation) ") }
      }
      #expect(try !cells(["--operation", operation]).isEmpty)
      #expect(try !cells(["--operation", operation, "--order", "2"]).isEmpty)
      // Of callers the default plan has a line each.
      #expect(try cells([]).count == (operation == "page_compound" ? 0 : 1))
      #expect(try !cells(["--preset", "full", "--order", "9"]).isEmpty)
    }
  }
}
