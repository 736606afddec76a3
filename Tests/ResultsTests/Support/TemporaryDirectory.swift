import FoundationEssentials
import SystemPackage

@testable import Results

/// Calls the body with a new empty directory, and removes it with all that is in it.
func withTemporaryDirectory<R>(_ body: (FilePath) throws -> R) throws -> R {
  let path = try makeTemporaryDirectory()
  defer { path.removeTree() }
  return try body(path)
}

func makeTemporaryDirectory() throws -> FilePath {
  let url = FileManager.default.temporaryDirectory
    .appending(path: "results-tests-\(UInt64.random(in: 0 ... .max))")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  return FilePath(url.path)
}

extension FilePath {
  /// The names in the directory, sorted; hidden ones too.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: string).sorted() }
  }

  var text: String {
    get throws { String(decoding: try contents(), as: UTF8.self) }
  }

  func removeTree() {
    try? FileManager.default.removeItem(atPath: string)
  }

  /// Replaces the file, making the directories above it.
  func write(_ text: String) throws {
    try removingLastComponent().makeDirectories()
    try Data(text.utf8).write(to: URL(filePath: string))
  }
}
