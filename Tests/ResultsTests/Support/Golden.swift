import Foundation
import SystemPackage
import Testing

@testable import Results

/// Texts that were looked at once; UPDATE_DOCS=1 brings them up to date, to be looked at again.
enum Golden {
  static let reference = URL(filePath: #filePath).appending(path: "../../Reference").standardized
  private static let root = reference.appending(path: "../../..").standardized

  /// A run of `results/published`, by its directory there.
  static func published(_ suffix: String = "") throws -> Run {
    try Run.load(FilePath(root.appending(path: publishedPath + suffix).path))
  }

  static let publishedPath = "results/published/2026-11-25-epyc-zen5-2c"

  /// Some cells of that run over several orders, with samples: see `make_thin_run.py`.
  static func thin() throws -> Run {
    try Run.load(FilePath(reference.appending(path: "thin-run").path))
  }

  static func expect(
    _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let url = reference.appending(path: name)
    if ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil {
      try Data(text.utf8).write(to: url)
    }
    let golden = try String(contentsOf: url, encoding: .utf8)
    #expect(text == golden, "\(name)", sourceLocation: sourceLocation)
  }
}
