import Glibc
import SystemPackage

/// What reads bytes from outside: it may throw what a person can do something with, and no more.
typealias Reader = @Sendable ([UInt8]) throws -> Void

/// By the name that the environment variable READER has, and the directory of its corpus.
private let readers: [String: Reader] = [
  "tables": readTables, "meta": readMeta, "report": readReport, "exceptions": readExceptions,
  "plan": readPlan, "journal": readJournal, "arguments": readArguments,
  "btf": readBTF, "elf": readELF, "bzimage": readBootImage, "kallsyms": readKallsyms,
  "objdump": readObjdump, "system": readSystem,
]

private let reader: Reader = {
  let name = unsafe getenv("READER").map { unsafe String(cString: $0) } ?? ""
  guard let reader = readers[name] else {
    fatalError("READER is '\(name)', none of \(readers.keys.sorted().joined(separator: ", "))")
  }
  return reader
}()

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func readOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try reader(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
  } catch {
    // What is told is made of the input, too.
    require(!"\(error)".isEmpty, "an error says nothing")
  }
  return 0
}

/// Ends the process, which libFuzzer takes for a find.
func require(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fatalError(what()) }
}

/// Where readers of files find the input; scripts remove what TMPDIR has.
let directory: FilePath = {
  let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
  let path = FilePath("\(parent)/fuzz-\(getpid())")
  _ = unsafe path.withPlatformString { unsafe mkdir($0, 0o700) }
  return path
}()

extension FilePath {
  func write(_ bytes: some Sequence<UInt8>) throws {
    let file = try FileDescriptor.open(
      self, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(bytes) }
  }
}
