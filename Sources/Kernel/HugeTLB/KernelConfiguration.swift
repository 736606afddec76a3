import Host
import Processes
import SystemPackage

/// The options that a kernel was built with.
enum KernelConfiguration {
  /// The first that there is of `/proc/config.gz` and `/boot/config-<release>`.
  static func read(_ tree: SystemTree) -> (path: FilePath, text: String)? {
    let compressed: FilePath = "proc/config.gz"
    if tree.exists(compressed), let text = decompress(tree.path(compressed)) {
      return (tree.path(compressed), text)
    }
    guard let release = try? tree.release() else { return nil }
    let plain = FilePath("boot/config-\(release)")
    guard let text = tree.text(ifPresent: plain) else { return nil }
    return (tree.path(plain), text)
  }

  /// By gzip, which every distribution has: a library for one file would be one more to install.
  private static func decompress(_ path: FilePath) -> String? {
    let gzip = Command("gzip", ["-dc", Command.Argument(path: path)])
    let text = try? gzip.collect(limit: 16 << 20, timeout: .seconds(10))
    return text.map { String(decoding: $0, as: UTF8.self) }
  }
}
