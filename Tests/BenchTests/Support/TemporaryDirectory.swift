import Foundation
import Results
import SystemPackage

/// An empty directory that is removed, with all that is in it, when its owner is.
final class TemporaryDirectory {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "bench-tests-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) -> URL { url.appending(path: name) }

  func newFile(_ name: String) throws -> FileHandle {
    try Data().write(to: file(name))
    return try FileHandle(forWritingTo: file(name))
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: file(name)), as: UTF8.self)
  }

  func names(_ name: String = "") -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: file(name).path))?.sorted() ?? []
  }

  /// Replaces each `old` in a file by `new`.
  func edit(_ name: String, _ old: String, _ new: String) throws {
    try Data(text(name).replacing(old, with: new).utf8).write(to: file(name))
  }

  /// The run that the program left last.
  func latestRun() throws -> Run { try run("results/latest") }

  func run(_ name: String) throws -> Run { try Run.load(FilePath(file(name).path)) }
}
