import Foundation
import Testing

extension BenchTests {
  @Suite("bench kernel --code", .needsProgram)
  struct KernelCodeTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func refusal(_ content: [UInt8]) throws -> Bench.Ending {
      let file = directory.url.appending(path: "vmlinuz")
      try Data(content).write(to: file)
      return try Bench.run(["kernel", "--code", file.path], in: directory.url)
    }

    @Test("What is no kernel, or is cut short, is foreign data: one line that names it, and 65")
    func foreign() throws {
      // A boot header whose payload lies behind the end.
      var cut = [UInt8](repeating: 0, count: 0x1000)
      cut.replaceSubrange(0x202..<0x208, with: Array("HdrS".utf8) + [0x0f, 0x02])
      cut[0x24f] = 1
      var unknown = cut
      unknown.replaceSubrange(0x24c..<0x250, with: [64, 0, 0, 0])
      for (content, word) in [
        (Array("#!/bin/sh".utf8), "no kernel"), (cut, "cut short"), (unknown, "unknown"),
        ([], "no kernel"),
      ] {
        let ending = try refusal(content)
        #expect(ending.status == 65)
        #expect(ending.errorMessages.count == 1)
        #expect(ending.errors.contains("vmlinuz") && ending.errors.contains(word))
      }
    }

    @Test("A file that is not there is named, and 65")
    func missing() throws {
      let ending = try Bench.run(["kernel", "--code", "nowhere"], in: directory.url)
      #expect(ending.status == 65 && ending.errors.contains("'nowhere'"))
    }

    @Test(
      "Options that do not go together are refused",
      arguments: ["vmlinuz", "--per-function", "--code --allocate 1", "--code a b c"])
    func usage(arguments: String) throws {
      let ending = try Bench.run(
        ["kernel"] + arguments.split(separator: " ").map(String.init), in: directory.url)
      #expect(ending.status == 64)
    }
  }
}
