import Foundation
import Host
import Kernel
import SystemPackage

/// A root directory with the files of a kernel, removed with its owner.
final class PreparedTree {
  let url: URL

  init(_ texts: [String: String] = [:]) throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "kernel-tests-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (path, text) in texts { try write(Data(text.utf8), to: path) }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var tree: SystemTree { SystemTree(root: FilePath(url.path)) }

  func path(_ path: String) -> FilePath { FilePath(url.path).pushing(FilePath(path)) }

  func write(_ data: Data, to path: String) throws {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  func write(_ reference: Reference, to path: String) throws {
    try write(try reference.data, to: path)
  }

  func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appending(path: path)), as: UTF8.self)
  }

  static let btf = "sys/kernel/btf/vmlinux"
}

/// Bytes of real kernels: BTF cut down by Reference/cut_btf.py, and what /proc/kpageflags showed of
/// one huge page.
enum Reference: String, CaseIterable {
  case btf612 = "page-6.12.btf"
  case btf618 = "page-6.18.btf"
  case optimized = "kpageflags-6.18-hvo-on"
  case notOptimized = "kpageflags-6.18-hvo-off"

  var data: Data {
    get throws {
      try Data(
        contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
          .appending(path: "../Reference/\(rawValue)"))
    }
  }
}
