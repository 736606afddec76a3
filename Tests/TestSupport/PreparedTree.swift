public import FoundationEssentials
public import Host
public import SystemPackage

/// A root directory with the files of a kernel, removed with its owner.
public final class PreparedTree {
  public let url: URL

  public init(_ texts: [String: String] = [:]) throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "kernel-tests-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (path, text) in texts { try write(Data(text.utf8), to: path) }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  public var tree: SystemTree { SystemTree(root: FilePath(url.path)) }

  public func path(_ path: String) -> FilePath { FilePath(url.path).pushing(FilePath(path)) }

  public func write(_ data: Data, to path: String) throws {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  public func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appending(path: path)), as: UTF8.self)
  }
}
