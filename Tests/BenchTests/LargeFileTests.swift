import Foundation
import Results
import SystemPackage
import Testing

extension BenchTests {
  /// Each in 300 MB of memory, which the limit on data stands in for.
  @Suite("Files of 1 GiB", .needsProgram)
  struct LargeFileTests {
    private let directory: TemporaryDirectory

    init() throws {
      directory = try TemporaryDirectory()
      let run = try Bench.run(["run"] + Bench.tinyPlan, in: directory.url)
      try #require(run.status == 0, "\(run.errors)")
    }

    private func run(_ arguments: [String], searchPath: String? = nil) throws -> Bench.Ending {
      try StartedProgram(
        "/bin/bash", ["-c", "ulimit -d 300000; exec \"$0\" \"$@\"", Bench.path] + arguments,
        in: directory.url, searchPath: searchPath
      ).ending()
    }

    /// Makes a file of 1 GiB of which only the beginning takes room on the disk.
    private func makeLarge(
      _ name: String, beginning: [UInt8] = [], bytes: UInt64 = 1 << 30
    ) throws {
      let file = try directory.newFile(name)
      try file.write(contentsOf: beginning)
      try file.truncate(atOffset: bytes)
      try file.close()
    }

    @Test(
      "What is kept as a whole is refused by its name, its size and the limit; status 65",
      arguments: [
        ("results/latest/meta.json", "16 MiB", ["report"]),
        ("results/latest/summary.csv", "768 MiB", ["report"]),
        ("results/latest/codegen.csv", "768 MiB", ["compare", "copy", "results/latest"]),
        ("results/latest/plan.json", "768 MiB", ["replay", "results/latest", "1"]),
        ("accepted", "16 MiB", ["compare", "copy", "results/latest", "--accept", "accepted"]),
      ])
    func refused(name: String, limit: String, arguments: [String]) throws {
      try FileManager.default.copyItem(
        at: directory.file("results/latest").resolvingSymlinksInPath(), to: directory.file("copy"))
      try makeLarge(name)
      let ending = try run(arguments)
      #expect(ending.status == 65 && ending.output == "", "\(ending.errors)")
      let message = try #require(ending.errorMessages.first)
      let file = try #require(name.split(separator: "/").last)
      #expect(
        message.contains("\(file): it has 1 GiB, more than the limit of \(limit)"), "\(message)")
    }

    @Test("A run of a night is read: its tables have many more rows than one of a minute")
    func night() throws {
      let run = try directory.run("results/latest")
      var meta = run.meta
      let night = try RunDirectory.create(in: FilePath(directory.url.path), for: &meta)
      let rows = (0..<32_000 / run.summary.count).flatMap { number in
        run.summary.map { row in
          var row = row
          row.cell += number * run.summary.count
          return row
        }
      }
      try night.writeSummary(rows)
      meta.rows = Meta.Rows(summary: rows.count, samples: 0)
      try night.write(meta)
      let size = try directory.file("\(meta.runID)/summary.csv").resourceValues(forKeys: [
        .fileSizeKey
      ])
      #expect(try #require(size.fileSize) > 16 << 20)
      let ending = try Bench.run(
        ["report", meta.runID, "--style", "github-benchmark"], in: directory.url)
      #expect(ending.status == 0, "\(ending.errors)")
    }

    @Test("Samples are read row by row, and nothing is no row; status 65")
    func samples() throws {
      try makeLarge("results/latest/samples.csv")
      let ending = try run(["report", "--style", "lkp"])
      #expect(ending.status == 65)
      let message = try #require(ending.errorMessages.first)
      #expect(message.contains("samples.csv, line 1: "), "\(message)")
      #expect(message.contains("is not a row of 1 MiB at most"), "\(message)")
    }

    @Test("A journal whose first record would be all of it has none, and the run goes on")
    func journal() throws {
      try directory.edit("results/latest/meta.json", "\"complete\"", "\"interrupted\"")
      // All of it is hashed, so that it is less: more than the limit on data still.
      let bytes: UInt64 = 350 << 20
      let header = [bytes - 24, 1, 2].flatMap { number in
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      }
      try makeLarge("results/latest/journal", beginning: header, bytes: bytes)
      let ending = try run(["run", "--resume", "results/latest"])
      #expect(ending.status == 0, "\(ending.errors)")
    }

    @Test("A kernel is refused by what it begins with, or its largest part; status 65")
    func kernel() throws {
      try makeLarge("vmlinux")
      let zeros = try run(["kernel", "--code", "vmlinux"])
      #expect(zeros.status == 65, "\(zeros.errors)")
      #expect(zeros.errorMessages.first?.contains("'vmlinux' is no kernel") == true)

      try makeLarge("vmlinux", beginning: Self.elf(segmentBytes: (1 << 30) - 4096))
      let segment = try run(["kernel", "--code", "vmlinux"])
      #expect(segment.status == 65, "\(segment.errors)")
      let message = try #require(segment.errorMessages.first)
      #expect(
        message.contains("'vmlinux': a segment has 1073737728 bytes, more than the 134217728"),
        "\(message)")
    }

    /// The headers of a kernel of one segment, without symbols.
    private static func elf(segmentBytes: Int) -> [UInt8] {
      var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + Array(repeating: 0, count: 113)
      for (place, value) in [
        (16, 2), (18, 62), (32, 64), (54, 56), (56, 1), (58, 64),  // ET_EXEC, x86-64, headers
        (64, 1), (68, 5), (72, 4096), (96, segmentBytes), (104, segmentBytes),  // PT_LOAD, r-x
      ] {
        for byte in 0..<8 where value >> (8 * byte) != 0 {
          bytes[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
        }
      }
      return bytes
    }

    @Test("An objdump that prints so much is stopped; status 2")
    func objdump() throws {
      let tool = directory.file("llvm-objdump")
      try Data("#!/bin/sh\nexec /usr/bin/head -c 1G /dev/zero\n".utf8).write(to: tool)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool.path)
      let ending = try run(["codegen"], searchPath: directory.url.path)
      #expect(ending.status == 2 && ending.output == "", "\(ending.errors)")
      let message = try #require(ending.errorMessages.first)
      #expect(
        message.contains("llvm-objdump") && message.contains("more than 134217728 bytes"),
        "\(message)")
    }
  }
}
