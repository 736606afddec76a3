import Foundation
import Processes
import Testing

@testable import MachineCode

@Suite("What cannot be read is refused with the reason")
struct RefusalTests {
  /// The header of an executable that holds nothing else, 64 bytes.
  private static let emptyExecutable: [UInt8] = {
    var header = [UInt8](repeating: 0, count: 64)
    header.replaceSubrange(0..<7, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
    header[16] = 2  // e_type
    header[18] = 62  // e_machine
    header[20] = 1  // e_version
    header[52] = 64  // e_ehsize
    header[58] = 64  // e_shentsize
    return header
  }()

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("machine-code-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("binary")
      try Data(bytes).write(to: file)
      try body(file.path)
    }
  }

  private func makeTool(_ name: String, in folder: URL, script: String = "exit 0") throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent(name)
    try "#!/bin/sh\n\(script)\n".write(to: file, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
  }

  @Test("A file that is not there")
  func missingFile() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("absent").path
      #expect(throws: MachineCodeError.unreadable(path)) {
        try Disassembly.read(binary: path, symbols: ["f"])
      }
    }
  }

  @Test(
    "A text, a 32-bit, a big-endian or a foreign binary, an object that is not linked",
    arguments: [(0, 0x23), (4, 1), (5, 2), (18, 183), (19, 1), (16, 1)] as [(Int, UInt8)]
  )
  func foreignFile(offset: Int, byte: UInt8) throws {
    var header = Self.emptyExecutable
    header[offset] = byte
    try withFile(header) { path in
      #expect(throws: MachineCodeError.notLinkedX86(path)) {
        try Disassembly.read(binary: path, symbolPrefix: "f")
      }
    }
  }

  @Test("A file too short to be one", arguments: [0, 4, 19])
  func shortFile(length: Int) throws {
    try withFile(Array(Self.emptyExecutable.prefix(length))) { path in
      #expect(throws: MachineCodeError.self) {
        try Disassembly.read(binary: path, symbols: ["f"])
      }
    }
  }

  @Test("A stripped binary", arguments: BinaryTests.tools)
  func stripped(objdump: Objdump) throws {
    try withFile(Self.emptyExecutable) { path in
      #expect(throws: MachineCodeError.stripped(path)) {
        try Disassembly.read(binary: path, symbols: ["f"], with: objdump)
      }
    }
  }

  @Test("A symbol, or a prefix, that the binary does not have")
  func missingSymbol() throws {
    let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    #expect(throws: MachineCodeError.symbolNotFound("fixture_none", binary: path)) {
      try Disassembly.read(binary: path, symbols: ["fixture_tail_call", "fixture_none"])
    }
    #expect(throws: MachineCodeError.noSymbolWithPrefix("fixture_none", binary: path)) {
      try Disassembly.read(binary: path, symbolPrefix: "fixture_none")
    }
  }

  @Test("A machine without objdump")
  func missingTool() throws {
    try withFolder { folder in
      #expect(throws: MachineCodeError.objdumpNotFound(searchPath: folder.path)) {
        try Objdump.find(searchPath: folder.path)
      }
    }
  }

  @Test("A tool that fails, or cannot be started")
  func failingTool() throws {
    try withFolder { folder in
      try makeTool("objdump", in: folder, script: "exit 3")
      let objdump = try Objdump.find(searchPath: folder.path)
      #expect(
        throws: MachineCodeError.objdumpFailed(
          .failed(command: "\(objdump.path) -t a.out", .exit(status: 3)))
      ) {
        try objdump.run([["-t", "a.out"]])
      }
      try FileManager.default.removeItem(atPath: objdump.path)
      #expect(throws: MachineCodeError.self) { try objdump.run([["-t", "a.out"]]) }
    }
  }

  @Test("The tool beside swift comes first, found through links, then LLVM's, then GNU's")
  func preference() throws {
    try withFolder { folder in
      let folder = folder.resolvingSymlinksInPath()
      let path = folder.appendingPathComponent("path")
      let toolchain = folder.appendingPathComponent("toolchain")
      try makeTool("objdump", in: path)
      try makeTool("llvm-objdump", in: path)
      try makeTool("llvm-objdump", in: toolchain)
      try makeTool("swift", in: toolchain)
      try FileManager.default.createSymbolicLink(
        at: path.appendingPathComponent("swift"),
        withDestinationURL: toolchain.appendingPathComponent("swift")
      )
      let found = Objdump.candidates(searchPath: "/nonexistent:\(path.path)").map(\.path)
      #expect(
        found == [
          "\(toolchain.path)/llvm-objdump", "\(path.path)/llvm-objdump", "\(path.path)/objdump",
        ]
      )
    }
  }

  @Test(
    "Each refusal is one line that names the value and a way out",
    arguments: [
      (.unreadable("a.out"), "'a.out'", "build it"),
      (.notLinkedX86("a.out"), "'a.out'", "give an executable"),
      (.stripped("a.out"), "'a.out'", "do not strip"),
      (.symbolNotFound("loop", binary: "a.out"), "'loop'", "nm a.out"),
      (.noSymbolWithPrefix("bench_", binary: "a.out"), "'bench_...'", "nm a.out"),
      (.objdumpNotFound(searchPath: "/opt/bin"), "'/opt/bin'", "install binutils"),
      (
        .objdumpFailed(.failed(command: "objdump -t a", .exit(status: 1))), "objdump -t a",
        "by hand"
      ),
      (.undecodable(symbol: "loop", address: 0x1349), "'loop' at 0x1349", "put the swift"),
    ] as [(MachineCodeError, String, String)]
  )
  func messages(error: MachineCodeError, value: String, wayOut: String) {
    #expect(!error.description.contains("\n"))
    #expect(error.description.contains(value))
    #expect(error.description.contains(wayOut))
  }
}
