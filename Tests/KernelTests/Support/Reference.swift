import Foundation
import TestSupport

extension PreparedTree {
  static let btf = "sys/kernel/btf/vmlinux"

  func write(_ reference: Reference, to path: String) throws {
    try write(try reference.data, to: path)
  }
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
