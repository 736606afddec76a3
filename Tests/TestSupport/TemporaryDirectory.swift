import FoundationEssentials
public import SystemPackage

/// Calls the body with a new empty directory, and removes it with all that is in it.
public func withTemporaryDirectory<R>(_ body: (FilePath) throws -> R) throws -> R {
  let path = try makeTemporaryDirectory()
  defer { path.removeTree() }
  return try body(path)
}

public func makeTemporaryDirectory() throws -> FilePath {
  let url = FileManager.default.temporaryDirectory
    .appending(path: "tests-\(UInt64.random(in: 0 ... .max))")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  return FilePath(url.path)
}

extension FilePath {
  /// The names in the directory, sorted; hidden ones too.
  public var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: string).sorted() }
  }

  public var text: String {
    get throws { String(decoding: try Data(contentsOf: URL(filePath: string)), as: UTF8.self) }
  }

  public func removeTree() {
    try? FileManager.default.removeItem(atPath: string)
  }

  /// Replaces the file, making the directories above it.
  public func write(_ text: String) throws {
    try FileManager.default.createDirectory(
      atPath: removingLastComponent().string, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: string))
  }
}
