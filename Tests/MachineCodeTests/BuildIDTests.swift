import Foundation
import SystemPackage
import Testing

@testable import MachineCode

@Suite("Build ids")
struct BuildIDTests {
  /// A file of one note segment, and what is in it.
  private func file(_ notes: [UInt8]) throws -> FilePath {
    func little(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + .init(repeating: 0, count: 25)
    bytes += little(64, 8) + .init(repeating: 0, count: 14) + little(56, 2) + little(1, 2)
    bytes += .init(repeating: 0, count: 64 - bytes.count)
    bytes += little(4, 4) + little(0, 4) + little(120, 8) + little(0, 16) + little(notes.count, 8)
    bytes += .init(repeating: 0, count: 120 - bytes.count)
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("build-id-\(UInt64.random(in: 0 ... .max))")
    try Data(bytes + notes).write(to: path)
    return FilePath(path.path)
  }

  private func read(_ notes: [UInt8]) throws -> String? {
    let path = try file(notes)
    defer { try? FileManager.default.removeItem(atPath: path.string) }
    return BuildID.read(path)
  }

  private let id: [UInt8] = [
    4, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 0x47, 0x4e, 0x55, 0, 0xab, 0x01, 0xff, 0,
  ]
  private let other: [UInt8] = [
    4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x47, 0x4e, 0x55, 0, 9, 0, 0, 0,
  ]

  @Test("It is the note's contents, wherever it stands among others")
  func found() throws {
    #expect(try read(id) == "ab01ff")
    #expect(try read(other + id) == "ab01ff")
  }

  @Test("None, where there is none or the file is cut or no ELF file")
  func none() throws {
    #expect(try read(other) == nil)
    #expect(try read([]) == nil)
    #expect(try read(Array(id.prefix(14))) == nil)
    #expect(BuildID.read("/etc/passwd") == nil)
    #expect(BuildID.read("/nowhere") == nil)
  }
}
