import Glibc
import Host
import SystemPackage

extension SystemTree {
  /// Writes a number as one write, as settings in /proc and /sys take it.
  ///
  /// - Throws: ``KernelError/unwritable(path:value:errno:)`` alone.
  func write(_ value: Int, to path: FilePath) throws(KernelError) {
    let path = self.path(path)
    let file = unsafe path.withPlatformString { unsafe open($0, O_WRONLY | O_CLOEXEC) }
    guard file >= 0 else {
      throw .unwritable(path: path, value: value, errno: Errno(rawValue: errno))
    }
    defer { close(file) }
    let text = "\(value)\n"
    guard unsafe Glibc.write(file, text, text.utf8.count) == text.utf8.count else {
      throw .unwritable(path: path, value: value, errno: Errno(rawValue: errno))
    }
  }
}
